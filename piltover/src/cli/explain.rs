use piltover::rules::{self, Rule};

use super::Outcome;

/// The options of `piltover explain`.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The name of a rule, or the beginning of several; all, if none.
    rule: Option<String>,
}

impl Explain {
    /// Prints the rules.
    pub fn run(self) -> Outcome {
        let Some(name) = self.rule else {
            rules::ALL.iter().for_each(|rule| println!("{:<28} {}", rule.name, rule.text));
            return Ok(());
        };
        if let Some(rule) = rules::find(&name) {
            print!("{}", explained(rule));
            return Ok(());
        }
        let group: Vec<_> = rules::ALL.iter().filter(|rule| rule.name.starts_with(&name)).collect();
        if group.is_empty() {
            return Err(format!("there is no rule {name}; `piltover explain` lists all").into());
        }
        let texts: Vec<String> = group.into_iter().map(|rule| explained(rule)).collect();
        print!("{}", texts.join("\n"));
        Ok(())
    }
}

fn explained(rule: &Rule) -> String {
    let Rule { name, link, text, answer } = rule;
    format!("{name}\n  {text}\n  when broken: {answer}\n  {link}\n")
}
