//! `plan`: how definitions are converted between layers, and what is lost.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use piltover_layers::{planned, rules};
use piltover_tl::history::{Entry, History, Source, Version};
use piltover_tl::plan::{Cast, Conversion, Direction, FieldStep, Rules, StandIn, Step};
use piltover_tl::schema::{Kind, Schema, TypeRef};
use serde_json::{Value, json};

use super::Outcome;
use super::output::{BAD, CHANGED, DIM, GOOD, Output, STRONG, Table, styled};
use super::schemas::{Layer, file_layer, read_text};

/// The options of `piltover tl plan`.
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// The layer, or file, that is converted from.
    #[arg(value_name = "LAYER", required_unless_present = "summary", requires = "to")]
    from: Option<Layer>,
    /// The layer, or file, that is converted to.
    #[arg(value_name = "LAYER")]
    to: Option<Layer>,
    /// Only this definition.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Also those which change in no way.
    #[arg(long)]
    all: bool,
    /// A rules file for schemas that are files.
    #[arg(long, value_name = "FILE")]
    rules: Option<String>,
    /// Count the conversions of all shipped layers.
    #[arg(long, conflicts_with_all = ["from", "all", "only", "rules"])]
    summary: bool,
}

impl Plan {
    pub fn run(self, json: bool) -> Outcome {
        let (Some(from), Some(to)) = (&self.from, &self.to) else {
            let rules = rules();
            return summary(&piltover_tl::plan::Plan::new(planned(), &rules), json);
        };
        if let (Layer::Shipped(from), Layer::Shipped(to), None) = (from, to, &self.rules) {
            let rules = rules();
            return self.between(&piltover_tl::plan::Plan::new(planned(), &rules), (*from, *to), json);
        }
        let (first, second) = (text_of(from)?, text_of(to)?);
        // Files that state no layer, or the same one, are numbered.
        let layers = if first.0 < second.0 { (first.0, second.0) } else { (1, 2) };
        let sources = [(layers.0, &first), (layers.1, &second)];
        let mut history = History::new(sources.map(|(layer, (_, file, text))| Source { layer, file, text }))?;
        let rules = match &self.rules {
            Some(path) => Rules::parse(&read_text(path)?).map_err(|error| format!("{path}:{error}"))?,
            None => Rules::default(),
        };
        history
            .carry(rules.carried())
            .map_err(|field| format!("carry {field}: no older version has it alone"))?;
        self.between(&piltover_tl::plan::Plan::new(&history, &rules), layers, json)
    }

    fn between(&self, plan: &piltover_tl::plan::Plan<'_>, (from, to): (i32, i32), json: bool) -> Outcome {
        let entries = plan.history().entries().filter(|entry| match &self.only {
            Some(only) => entry.name == *only,
            None => entry.version(from).is_some(),
        });
        let target = Target { layer: to, schema: plan.history().schema(to) };
        let routes: Vec<Route<'_>> =
            entries.filter_map(|entry| Route::new(plan, entry, from, &target)).collect();
        if let (Some(only), true) = (&self.only, routes.is_empty()) {
            return Err(format!("layer {from} has no {only}").into());
        }
        let shown = |route: &&Route<'_>| self.all || self.only.is_some() || !route.is_plain();
        if json {
            return Output::json(&routes.iter().filter(shown).map(Route::json).collect::<Vec<_>>());
        }
        let mut text = String::new();
        for route in routes.iter().filter(shown) {
            text += &route.text();
        }
        let mut counts: BTreeMap<Class, usize> = BTreeMap::new();
        routes.iter().for_each(|route| *counts.entry(route.class()).or_default() += 1);
        let counts = counts.iter().map(|(class, count)| format!("{count} {}", class.name()));
        let newest = plan.history().newest();
        let line = format!(
            "layer {from} -> newest ({newest}) -> layer {to}: {}",
            counts.collect::<Vec<_>>().join(", ")
        );
        Ok(Output::text(text + &styled(DIM, line)))
    }
}

/// The layer that an argument states, its name, and the text of its schema.
fn text_of(layer: &Layer) -> Result<(i32, String, String), Box<dyn std::error::Error>> {
    Ok(match layer {
        Layer::File(path) => {
            let text = read_text(path)?;
            (file_layer(path, &text)?, path.clone(), text)
        }
        shipped => {
            let opened = shipped.open()?;
            let mut text = String::new();
            for kind in [Kind::Constructor, Kind::Function] {
                text += if kind == Kind::Function { "---functions---\n" } else { "" };
                let schema = opened.schema();
                for combinator in schema.combinators().filter(|combinator| combinator.kind == kind) {
                    let _ = writeln!(text, "{};", combinator.text);
                }
            }
            (opened.layer, opened.name, text)
        }
    })
}

/// How good a conversion is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// The same bytes.
    Same,
    /// Another form of the same content.
    Exact,
    /// By a decision of the rules file, or a bridge.
    Decided,
    /// Something has no place in the target.
    Lossy,
    /// The target does not have it.
    Gone,
    /// Nothing says how, and nobody sends it this way.
    Idle,
    /// Nothing says how.
    Uncovered,
}

impl Class {
    const ALL: [Self; 6] = [Self::Same, Self::Exact, Self::Decided, Self::Lossy, Self::Gone, Self::Uncovered];

    fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Exact => "exact",
            Self::Decided => "decided",
            Self::Lossy => "lossy",
            Self::Gone => "gone",
            Self::Idle => "not needed",
            Self::Uncovered => "uncovered",
        }
    }
}

/// Half of a conversion: from a layer to the newest form, or from there to a layer.
struct Half<'a> {
    direction: Direction,
    conversion: Conversion<'a>,
    class: Class,
    /// Nobody sends it this way, so nothing need convert it.
    is_idle: bool,
    /// What makes a function's older answer of the newest one.
    answer: Option<String>,
}

impl<'a> Half<'a> {
    fn new(
        plan: &piltover_tl::plan::Plan<'a>,
        direction: Direction,
        entry: &'a Entry,
        version: &'a Version,
    ) -> Self {
        let conversion = match direction {
            Direction::Up => plan.up(entry, version),
            Direction::Down => plan.down(entry, version),
        };
        let canonical = entry.canonical();
        let answer = canonical.filter(|canonical| {
            entry.kind == Kind::Function
                && direction == Direction::Up
                && canonical.union.result != version.union.result
        });
        let answer = answer.map(|canonical| {
            let by = plan.rules().result(&entry.name, &version.layers).unwrap_or("nothing");
            format!("{} -> {} by {by}", canonical.union.result, version.union.result)
        });
        let is_idle = !plan.is_required(direction, entry, version);
        let decided = conversion.steps.iter().any(|step| {
            matches!(step.step, Step::Bridge(_) | Step::Zero | Step::CopyOrZero(..))
                || matches!(step.step, Step::Copy(from, _) if from.name != step.field.name)
        });
        let class = if canonical.is_some_and(|canonical| canonical.id == version.id) {
            Class::Same
        } else if !conversion.is_total() {
            if is_idle { Class::Idle } else { Class::Uncovered }
        } else if !conversion.lost.is_empty() {
            Class::Lossy
        } else if decided || answer.is_some() {
            Class::Decided
        } else {
            Class::Exact
        };
        Self { direction, conversion, class, is_idle, answer }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let title = match self.direction {
            Direction::Up => "to the newest form",
            Direction::Down => "from the newest form",
        };
        let class = self.class.name();
        let _ = writeln!(text, "  {}", styled(DIM, format!("{title}: {class}")));
        for step in &self.conversion.steps {
            if let Some((style, what)) = describe(step) {
                let _ = writeln!(text, "    {} {}", step.field.name, styled(style, what));
            }
        }
        for field in &self.conversion.lost {
            let _ = writeln!(text, "    {}", styled(BAD, format!("{} is lost", field.name)));
        }
        if let Some(answer) = &self.answer {
            let _ = writeln!(text, "    the answer: {}", styled(CHANGED, answer));
        }
        text
    }

    fn json(&self) -> Value {
        let steps = self
            .conversion
            .steps
            .iter()
            .filter_map(|step| Some(json!({ "field": step.field.name, "rule": describe(step)?.1 })));
        json!({
            "class": self.class.name(),
            "needed": !self.is_idle,
            "steps": steps.collect::<Vec<_>>(),
            "lost": self.conversion.lost.iter().map(|field| &field.name).collect::<Vec<_>>(),
            "answer": self.answer,
        })
    }
}

/// What a step does, unless it copies the field as it is.
fn describe(step: &FieldStep<'_>) -> Option<(anstyle::Style, String)> {
    Some(match step.step {
        Step::Copy(from, cast) => {
            let renamed = from.name != step.field.name;
            let text = match (cast_in_words(cast), renamed) {
                (None, false) => return None,
                (Some(cast), false) => cast.to_owned(),
                (None, true) => format!("from {}", from.name),
                (Some(cast), true) => format!("from {}, {cast}", from.name),
            };
            (DIM, text)
        }
        Step::CopyOrZero(_, _) => (CHANGED, "zero if absent".to_owned()),
        Step::Absent => (DIM, "absent".to_owned()),
        Step::Zero => (CHANGED, "zero".to_owned()),
        Step::Bridge(bridge) => (GOOD, format!("by {}({})", bridge.function, bridge.arguments.join(", "))),
        Step::Uncovered => (BAD, "uncovered".to_owned()),
    })
}

fn cast_in_words(cast: Cast) -> Option<&'static str> {
    match cast {
        Cast::Same => None,
        Cast::Widen => Some("int to long"),
        Cast::Narrow => Some("long to int, an error if it does not fit"),
        Cast::WidenVector => Some("ints to longs"),
        Cast::NarrowVector => Some("longs to ints, an error if one does not fit"),
    }
}

/// The layer that is converted to.
struct Target<'a> {
    layer: i32,
    schema: Schema<'a>,
}

/// The way of a definition from one layer to another.
struct Route<'a> {
    entry: &'a Entry,
    up: Half<'a>,
    down: Option<Half<'a>>,
    /// What is sent where the target does not have it.
    instead: String,
    is_same: bool,
}

impl<'a> Route<'a> {
    fn new(plan: &piltover_tl::plan::Plan<'a>, entry: &'a Entry, from: i32, to: &Target<'_>) -> Option<Self> {
        let version = entry.version(from)?;
        let up = Half::new(plan, Direction::Up, entry, version);
        let target = entry.version(to.layer);
        let down = target.map(|target| Half::new(plan, Direction::Down, entry, target));
        let is_same = target.is_some_and(|target| target.id == version.id);
        Some(Self { entry, up, down, instead: instead(plan, entry, to), is_same })
    }

    fn class(&self) -> Class {
        match &self.down {
            _ if self.is_same => Class::Same,
            None => Class::Gone,
            Some(down) => self.up.class.max(down.class),
        }
    }

    /// Whether nobody need be told of it.
    fn is_plain(&self) -> bool {
        self.class() <= Class::Exact
    }

    fn text(&self) -> String {
        let class = self.class();
        let style = match class {
            Class::Same | Class::Exact => GOOD,
            Class::Decided => CHANGED,
            Class::Lossy | Class::Gone | Class::Idle | Class::Uncovered => BAD,
        };
        let mut text = format!("{} {}\n", styled(STRONG, &self.entry.name), styled(style, class.name()));
        if self.up.class != Class::Same {
            text += &self.up.text();
        }
        match &self.down {
            Some(down) if down.class != Class::Same => text += &down.text(),
            Some(_) => {}
            None => text = text + "  " + &self.instead + "\n",
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "name": self.entry.name,
            "kind": self.entry.kind.to_string(),
            "class": self.class().name(),
            "up": self.up.json(),
            "down": self.down.as_ref().map(Half::json),
            "instead": self.down.is_none().then_some(&self.instead),
        })
    }
}

/// What is sent in the place of a definition that a layer does not have.
fn instead(plan: &piltover_tl::plan::Plan<'_>, entry: &Entry, to: &Target<'_>) -> String {
    let layer = to.layer;
    let ty = entry.canonical().map(|version| &version.union.result);
    let (Kind::Constructor, Some(TypeRef::Boxed(ty))) = (entry.kind, ty) else {
        return format!("layer {layer} has no such function");
    };
    if to.schema.constructors(ty).is_empty() {
        return format!("layer {layer} has no {ty}");
    }
    let omitted = plan.rules().is_omitted(ty).then(|| "left out of vectors and optional fields".to_owned());
    let stand_in = plan.rules().stand_in(ty).map(|stand_in| match stand_in {
        StandIn::Constructor(name) => format!("{name} stands in for it"),
        StandIn::Function(function) => format!("{function} makes what stands in for it"),
        StandIn::Refused => "refused: what holds it cannot be sent".to_owned(),
    });
    match (omitted, stand_in) {
        (Some(omitted), Some(stand_in)) => format!("{omitted}; elsewhere {stand_in}"),
        (Some(what), None) | (None, Some(what)) => what,
        (None, None) => "nothing stands in for it".to_owned(),
    }
}

/// Counts what each layer needs, both ways.
fn summary(plan: &piltover_tl::plan::Plan<'_>, json: bool) -> Outcome {
    let headings = [
        "layer",
        "up: same",
        "exact",
        "decided",
        "lossy",
        "open",
        "down: same",
        "exact",
        "decided",
        "lossy",
        "open",
        "unknown to it",
        "open",
    ];
    let mut table = Table::new(headings).right([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    let (mut values, mut open) = (Vec::new(), 0);
    for &layer in plan.history().layers() {
        let mut counts: BTreeMap<(Direction, Class), usize> = BTreeMap::new();
        let (mut unknown, mut without) = (0, 0);
        let target = Target { layer, schema: plan.history().schema(layer) };
        for entry in plan.history().entries() {
            let Some(version) = entry.version(layer) else {
                let needs = needs_stand_in(plan, entry, &target);
                unknown += usize::from(needs.is_some());
                without += usize::from(needs == Some(false));
                continue;
            };
            for direction in [Direction::Up, Direction::Down] {
                let half = Half::new(plan, direction, entry, version);
                if !half.is_idle {
                    *counts.entry((direction, half.class)).or_default() += 1;
                    open += usize::from(half.class == Class::Uncovered);
                }
            }
        }
        open += without;
        let count = |direction, class| counts.get(&(direction, class)).copied().unwrap_or_default();
        let side = |direction| {
            let counts = Class::ALL.map(|class| (class.name().to_owned(), json!(count(direction, class))));
            Value::Object(counts.into_iter().collect())
        };
        values.push(json!({
            "layer": layer, "up": side(Direction::Up), "down": side(Direction::Down),
            "unknown": { "all": unknown, "uncovered": without },
        }));
        let cell = |direction, class| count(direction, class).to_string();
        let open_cell = |number: usize| styled(if number == 0 { GOOD } else { BAD }, number);
        let (up, down) = (Direction::Up, Direction::Down);
        table.row([
            styled(STRONG, layer),
            cell(up, Class::Same),
            cell(up, Class::Exact),
            cell(up, Class::Decided),
            cell(up, Class::Lossy),
            open_cell(count(up, Class::Uncovered)),
            cell(down, Class::Same),
            cell(down, Class::Exact),
            cell(down, Class::Decided),
            cell(down, Class::Lossy),
            open_cell(count(down, Class::Uncovered)),
            unknown.to_string(),
            open_cell(without),
        ]);
    }
    if json {
        return Ok(Output::json(&json!({ "layers": values, "uncovered": open }))?.failed_if(open > 0));
    }
    let style = if open == 0 { GOOD } else { BAD };
    let line = format!(
        "\nup: everything; down: answers and updates; {}",
        styled(style, format!("{open} steps are uncovered"))
    );
    Ok(Output::text(table.render() + &line).failed_if(open > 0))
}

/// Whether a constructor that a layer does not know could be in what the layer is sent, and whether it is then
/// decided what takes its place.
fn needs_stand_in(plan: &piltover_tl::plan::Plan<'_>, entry: &Entry, to: &Target<'_>) -> Option<bool> {
    let ty = entry.canonical()?.union.result.boxed_name()?;
    let reached = entry.kind == Kind::Constructor && plan.reach().contains(to.layer, ty);
    if !reached || to.schema.constructors(ty).is_empty() {
        return None;
    }
    Some(plan.rules().is_omitted(ty) || plan.rules().stand_in(ty).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "user#1 id:int bot:Bool = User;\ngone#2 = Kind;\nnone#3 = Kind;\nUnused#0 = X;\n\
        ---functions---\nget#4 id:int = User;\nset#5 a:int b:int = Vector<User>;\n";
    const NEW: &str = "user#6 id:long name:string = User;\nnone#3 = Kind;\n\
        ---functions---\nget#4 id:int = User;\nset#7 a:int = User;\n";
    const RULES: &str = "down user.bot = zero\nup user.name = text::name(bot)\nstand-in Kind = none\nresult set = lists::one\n";

    fn planned(rules: &str, json: bool) -> String {
        let old = OLD.replace("Unused#0 = X;\n", "");
        let sources = [(1, old.as_str()), (2, NEW)];
        let history = History::new(sources.map(|(layer, text)| Source { layer, file: "", text })).unwrap();
        let rules = Rules::parse(rules).unwrap();
        let plan = piltover_tl::plan::Plan::new(&history, &rules);
        let command = Plan { from: None, to: None, only: None, all: true, rules: None, summary: false };
        let there = command.between(&plan, (1, 2), json).unwrap().plain();
        let back = command.between(&plan, (2, 1), json).unwrap().plain();
        format!("{there}\n\n{back}\n\n{}", summary(&plan, json).unwrap().plain())
    }

    #[test]
    fn steps_and_losses_are_shown() {
        insta::assert_snapshot!(planned(RULES, false));
        insta::assert_snapshot!(planned("", true));
    }

    #[test]
    fn every_step_of_the_shipped_layers_is_covered() {
        let command = Plan { from: None, to: None, only: None, all: false, rules: None, summary: true };
        let output = command.run(false).unwrap();
        assert!(!output.is_failed(), "{}", output.plain());
    }
}
