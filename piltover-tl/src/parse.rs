//! Text to syntax tree.

use pest::Parser;
use pest::error::LineColLocation;
use pest::iterators::Pair;
use thiserror::Error;

use crate::ast::{
    Application, Condition, Definition, Field, File, Item, Param, Position, Section, Type, WrittenId,
};

// pest's derive makes `Rule` public and without documentation, so it lives in a module of its own.
mod grammar {
    #![allow(missing_docs)]
    #[derive(pest_derive::Parser)]
    #[grammar = "tl.pest"]
    pub(super) struct Grammar;
}
use grammar::{Grammar, Rule};

/// How deep types and repetitions may nest: no schema has more than two levels, and what reads the tree follows it
/// level by level.
const MAX_NESTING: usize = 16;

/// Text that is not TL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{position}: {message}")]
pub struct ParseError {
    /// Where parsing could not go on.
    pub position: Position,
    /// What was expected there.
    pub message: String,
    /// The line at fault.
    pub line: String,
}

impl ParseError {
    /// The error as compilers print it: `file:line:column: message`, the line, a caret below it.
    #[must_use]
    pub fn in_file(&self, file: &str) -> String {
        let caret = " ".repeat(self.position.column.saturating_sub(1));
        format!("{file}:{}: {}\n{}\n{caret}^", self.position, self.message, self.line)
    }

    fn new(error: &pest::error::Error<Rule>) -> Self {
        let (LineColLocation::Pos((line, column)) | LineColLocation::Span((line, column), _)) =
            error.line_col;
        Self {
            position: Position { line, column },
            message: error.variant.message().into_owned(),
            line: error.line().to_owned(),
        }
    }

    fn at(pair: &Pair<'_, Rule>, message: impl Into<String>) -> Self {
        let (line, column) = pair.line_col();
        let text = pair.as_span().start_pos().line_of().trim_end().to_owned();
        Self { position: Position { line, column }, message: message.into(), line: text }
    }
}

/// Parses a schema file.
///
/// # Errors
/// The first place that is not TL.
pub fn parse_file(text: &str) -> Result<File, ParseError> {
    let mut items = Vec::new();
    for line in Grammar::parse(Rule::file, text)
        .map_err(|error| describe(&error))?
        .flat_map(Pair::into_inner)
        .filter(|pair| pair.as_rule() == Rule::line)
    {
        let before = items.len();
        for pair in line.into_inner() {
            items.push(item(pair)?);
        }
        if items.len() == before {
            items.push(Item::Blank);
        }
    }
    // What follows the last line end is no line.
    if text.ends_with('\n') || text.is_empty() {
        items.pop();
    }
    Ok(File { items })
}

/// Parses one definition, with or without its semicolon.
///
/// # Errors
/// The first place that is not TL.
pub fn parse_definition(text: &str) -> Result<Definition, ParseError> {
    let pair = Grammar::parse(Rule::single, text)
        .map_err(|error| describe(&error))?
        .flat_map(Pair::into_inner)
        .find(|pair| pair.as_rule() == Rule::combinator);
    match pair {
        Some(pair) => combinator(pair),
        None => Err(ParseError {
            position: Position { line: 1, column: 1 },
            message: "expected a definition".to_owned(),
            line: text.to_owned(),
        }),
    }
}

/// Says what was expected in the words of the language rather than those of the grammar.
fn describe(error: &pest::error::Error<Rule>) -> ParseError {
    ParseError::new(&error.clone().renamed_rules(|rule| {
        match rule {
            Rule::EOI => "the end of the file",
            Rule::comment => "a comment",
            Rule::section => "`---types---` or `---functions---`",
            Rule::section_name => "`types` or `functions`",
            Rule::layer => "`// LAYER N`",
            Rule::definition | Rule::combinator | Rule::single => "a definition",
            Rule::id => "an id of 1 to 8 hex digits",
            Rule::param | Rule::named | Rule::anonymous => "a field",
            Rule::generic => "`{X:Type}`",
            Rule::primitive => "`?`",
            Rule::repetition => "`[ ... ]`",
            Rule::condition => "a condition (`flags.0?`)",
            Rule::ty
            | Rule::plain
            | Rule::applied
            | Rule::grouped
            | Rule::bare
            | Rule::variable
            | Rule::natural => "a type",
            Rule::result | Rule::spaced => "a result type",
            Rule::name | Rule::ident => "a name",
            Rule::number => "a number",
            Rule::file | Rule::line | Rule::text | Rule::nl | Rule::sp | Rule::ws | Rule::end => "text",
        }
        .to_owned()
    }))
}

fn item(pair: Pair<'_, Rule>) -> Result<Item, ParseError> {
    match pair.as_rule() {
        Rule::section => Ok(Item::Section(match inner_text(&pair) {
            "functions" => Section::Functions,
            _ => Section::Types,
        })),
        Rule::layer => number(&pair).map(Item::Layer),
        // Trimmed by what may stand behind a layer: a comment must not become one.
        Rule::comment => Ok(Item::Comment(inner_text(&pair).trim_end_matches([' ', '\t', '\r']).to_owned())),
        Rule::definition => combinator(only(pair)?).map(Item::Definition),
        _ => Err(ParseError::at(&pair, "expected a definition")),
    }
}

fn combinator(pair: Pair<'_, Rule>) -> Result<Definition, ParseError> {
    let (line, column) = pair.line_col();
    let outer = pair.clone();
    let mut definition = Definition {
        position: Position { line, column },
        name: String::new(),
        id: None,
        params: Vec::new(),
        result: Type::Natural,
    };
    for pair in pair.into_inner() {
        match pair.as_rule() {
            Rule::name => definition.name = pair.as_str().to_owned(),
            Rule::id => {
                let digits = pair.as_str();
                let value = u32::from_str_radix(digits, 16)
                    .map_err(|_| ParseError::at(&pair, "expected an id of 1 to 8 hex digits"))?;
                definition.id = Some(WrittenId { value, digits: digits.len() });
            }
            Rule::param => definition.params.push(param(pair, 0)?),
            Rule::result => definition.result = ty(only(pair)?, 0)?,
            _ => return Err(ParseError::at(&pair, "expected a field or a result type")),
        }
    }
    check_conditions(&definition, &outer)?;
    Ok(definition)
}

/// A condition must name a word that stands before it. `auth.importBotAuthorization` of old layers
/// has `flags:int`, which is allowed: the word need only be a number.
fn check_conditions(definition: &Definition, pair: &Pair<'_, Rule>) -> Result<(), ParseError> {
    for (index, field) in definition.fields().enumerate() {
        let Some(condition) = &field.condition else { continue };
        if condition.bit > 31 {
            return Err(ParseError::at(pair, format!("{}: a flags word has bits 0 to 31", field.name)));
        }
        if !definition.fields().take(index).any(|word| word.name == condition.word) {
            let message = format!("{}: no field `{}` stands before it", field.name, condition.word);
            return Err(ParseError::at(pair, message));
        }
    }
    Ok(())
}

fn param(pair: Pair<'_, Rule>, depth: usize) -> Result<Param, ParseError> {
    let pair = only(pair)?;
    match pair.as_rule() {
        Rule::generic => Ok(Param::Generic(inner_text(&pair).to_owned())),
        Rule::primitive => Ok(Param::Primitive),
        Rule::repetition => {
            let mut count = None;
            let mut params = Vec::new();
            let outer = pair.clone();
            for pair in pair.into_inner() {
                match pair.as_rule() {
                    Rule::number => count = Some(parse_number(&pair)?),
                    _ => params.push(param(pair, deeper(&outer, depth)?)?),
                }
            }
            Ok(Param::Repetition { count, params })
        }
        Rule::named => {
            let mut field = Field { name: String::new(), condition: None, ty: Type::Natural };
            for pair in pair.into_inner() {
                match pair.as_rule() {
                    Rule::ident => field.name = pair.as_str().to_owned(),
                    Rule::condition => {
                        let word = inner_text(&pair).to_owned();
                        field.condition = Some(Condition { word, bit: number(&pair)? });
                    }
                    _ => field.ty = ty(pair, depth)?,
                }
            }
            Ok(Param::Field(field))
        }
        _ => ty(only(pair)?, depth).map(Param::Anonymous),
    }
}

/// One level deeper.
fn deeper(pair: &Pair<'_, Rule>, depth: usize) -> Result<usize, ParseError> {
    match depth < MAX_NESTING {
        true => Ok(depth + 1),
        false => Err(ParseError::at(pair, format!("types nest deeper than {MAX_NESTING}"))),
    }
}

fn ty(pair: Pair<'_, Rule>, depth: usize) -> Result<Type, ParseError> {
    match pair.as_rule() {
        Rule::ty => ty(only(pair)?, depth),
        Rule::natural => Ok(Type::Natural),
        Rule::variable => Ok(Type::Variable(inner_text(&pair).to_owned())),
        Rule::bare => Ok(Type::Bare(inner_text(&pair).to_owned())),
        Rule::plain => Ok(Type::Plain(pair.as_str().to_owned())),
        rule @ (Rule::applied | Rule::grouped | Rule::spaced) => {
            let form = match rule {
                Rule::applied => Application::Angle,
                Rule::grouped => Application::Grouped,
                _ => Application::Spaced,
            };
            let name = inner_text(&pair).to_owned();
            let argument = pair.clone().into_inner().nth(1);
            let argument = argument.ok_or_else(|| ParseError::at(&pair, "expected a type"))?;
            let argument = Box::new(ty(argument, deeper(&pair, depth)?)?);
            Ok(Type::Applied { name, argument, form })
        }
        _ => Err(ParseError::at(&pair, "expected a type")),
    }
}

/// The only child of a node that the grammar gives exactly one.
fn only(pair: Pair<'_, Rule>) -> Result<Pair<'_, Rule>, ParseError> {
    let parent = pair.clone();
    pair.into_inner().next().ok_or_else(|| ParseError::at(&parent, "expected more text"))
}

fn inner_text<'i>(pair: &Pair<'i, Rule>) -> &'i str {
    pair.clone().into_inner().next().map_or("", |inner| inner.as_str())
}

fn number(pair: &Pair<'_, Rule>) -> Result<u32, ParseError> {
    match pair.clone().into_inner().find(|inner| inner.as_rule() == Rule::number) {
        Some(inner) => parse_number(&inner),
        None => Err(ParseError::at(pair, "expected a number")),
    }
}

fn parse_number(pair: &Pair<'_, Rule>) -> Result<u32, ParseError> {
    pair.as_str().parse().map_err(|_| ParseError::at(pair, "the number is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints_back(text: &str) {
        assert_eq!(parse_definition(text).unwrap().to_string(), text);
    }

    #[test]
    fn every_oddity_prints_back() {
        for text in [
            "int ? = Int",
            "int#a8509bda ? = Int",
            "vector {t:Type} # [ t ] = Vector t",
            "int128 4*[ int ] = Int128",
            "int128 long long = Int128",
            "bytes = Bytes",
            "invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X",
            "p_q_inner_data#83c95aec pq:bytes p:bytes q:bytes nonce:int128 = P_Q_inner_data",
            "account.passwordSrp#0 srp_B:flags_x = X",
            "inputMediaUploadedDocument#37c9330 flags:# nosound_video:flags.3?true = InputMedia",
            "test.useError = Error",
            "channel#0 flags:# left:flags.2?true flags2:# stories:flags2.3?true id:long = Chat",
            "wallPaper#a437c3ed id:long flags:# creator:flags.0?true = WallPaper",
            "auth.importBotAuthorization#67a3ff2c flags:int a:flags.0?true = auth.Authorization",
            "account.getAllSecureValues#b288bc7d = Vector<SecureValue>",
            "tl.rows rows:Vector<Vector<TlsBlock>> = Rows",
            "future_salts#ae500895 req_msg_id:long now:int salts:vector<future_salt> = FutureSalts",
            "msg_container#73f1f8dc messages:vector<%Message> = MessageContainer",
            "liteServer.blocks mode:# ids:(vector liteServer.transactionId) = liteServer.Blocks",
            "termsOfService text:formattedText min_user_age:int32 = TermsOfService",
            "contest.x a:flags_free?Bool = X",
        ] {
            if text.contains("flags_free") {
                assert!(parse_definition(text).is_err(), "a condition needs a bit");
            } else {
                prints_back(text);
            }
        }
    }

    #[test]
    fn a_canonical_file_prints_back_to_the_letter() {
        let text = "// A comment\n\n---types---\nboolFalse#bc799737 = Bool;\n\n---functions---\n\
                    ping#7abe77ec ping_id:long = Pong;\n\n// LAYER 158\n";
        let file = parse_file(text).unwrap();
        assert_eq!(file.to_string(), text);
        assert_eq!(file.layer(), Some(158));
        let sections: Vec<_> = file.definitions().map(|(section, _)| section).collect();
        assert_eq!(sections, [Section::Types, Section::Functions]);
    }

    #[test]
    fn untidy_files_parse() {
        let text = "===8===\r\n--- functions ---\r\n  a#1   x:int\r\n   y:int =  A ; // behind\r\n//@doc\n//b#2 = B; // parsed manually";
        let file = parse_file(text).unwrap();
        assert_eq!(
            file.to_string(),
            "// LAYER 8\n---functions---\na#1 x:int y:int = A;\n// behind\n//@doc\n//b#2 = B; // parsed manually\n"
        );
    }

    #[test]
    fn spaces_behind_a_comment_do_not_make_it_another_thing() {
        for text in ["// LAYER 1 ", "// LAYER 1 \r", "// LAYER 1 \r\n", "// LAYER 1\u{a0}", "// a \r", "//"] {
            let printed = parse_file(text).unwrap().to_string();
            assert_eq!(parse_file(&printed).unwrap().to_string(), printed, "{text:?}");
        }
        assert_eq!(parse_file("// LAYER 1 \r\n").unwrap().layer(), Some(1));
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for depth in [MAX_NESTING + 1, 1_000, 10_000, 200_000] {
            for (open, close) in [("Vector<", ">"), ("(vector ", ")")] {
                let text = |depth| format!("a x:{}int{} = A;\n", open.repeat(depth), close.repeat(depth));
                assert!(parse_file(&text(depth)).is_err(), "{open} {depth}");
                assert!(parse_file(&text(MAX_NESTING)).is_ok(), "{open}");
            }
            let text = format!("a {}int{} = A;\n", "[ ".repeat(depth), " ]".repeat(depth));
            assert!(parse_file(&text).is_err(), "{depth}");
        }
    }

    #[test]
    fn errors_name_line_and_column() {
        let error = parse_file("---types---\nuser#1 id:long =;\n").unwrap_err();
        assert_eq!((error.position.line, error.position.column), (2, 17));
        insta::assert_snapshot!(error.in_file("api.tl"));
        let error = parse_file("user id:flags.1?int = User;").unwrap_err();
        insta::assert_snapshot!(error.in_file("api.tl"));
        let error = parse_file("#contest.save#9a5f6e95 = Bool;").unwrap_err();
        insta::assert_snapshot!(error.in_file("api.tl"));
    }
}
