//! Telethon's generated code, turned back to the definitions that it was generated from.
//!
//! `from_reader` tells the fields in their order, with their bits and primitive types; annotations and
//! comments name the types of objects, without their namespaces; the docstring names the result. What the
//! code does not tell is tried, and the class's id tells which definition it was.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use piltover_tl::ast::Section;
use piltover_tl::parse_definition;

use super::{Module, sections};
use crate::canonical::is_right;

/// No definition has as many possible texts; a bound on what is tried.
const MAX_CANDIDATES: usize = 4096;

/// The namespace into which Telethon puts the schema of secret chats, which has no namespaces itself.
const SECRET: &str = "secret";

/// The definitions of a layer: all classes but those which belong to none, by name and id, and those of secret
/// chats.
///
/// # Errors
/// Classes whose definitions were not found, by name.
pub fn layer(modules: &[Module], is_left_out: impl Fn(&str, u32) -> bool) -> Result<String, String> {
    let is_secret = |module: &&Module| module.namespace.as_deref() == Some(SECRET);
    text(modules.iter().filter(|module| !is_secret(module)).flat_map(classes).collect(), is_left_out)
}

/// The definitions of the schema of secret chats.
///
/// # Errors
/// Classes whose definitions were not found, by name.
pub fn secret(modules: &[Module]) -> Result<String, String> {
    let is_secret = |module: &&Module| module.namespace.as_deref() == Some(SECRET);
    text(modules.iter().filter(is_secret).flat_map(classes).collect(), |_, _| false)
}

fn text(classes: Vec<Class>, is_left_out: impl Fn(&str, u32) -> bool) -> Result<String, String> {
    let names = TypeNames::new(&classes);
    let (mut types, mut functions, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for class in classes.iter().filter(|class| !is_left_out(&class.full_name(), class.id)) {
        match class.definition(&names) {
            Some(text) => match class.section {
                Section::Types => types.push(format!("{text};")),
                Section::Functions => functions.push(format!("{text};")),
            },
            None => failed.push(format!("{}#{:08x}", class.name, class.id)),
        }
    }
    match failed.is_empty() {
        true => Ok(sections(&types, &functions)),
        false => Err(format!("no definitions were found for {}", failed.join(", "))),
    }
}

/// A generated class.
#[derive(Debug)]
struct Class {
    section: Section,
    namespace: Option<String>,
    /// The definition's name, without the namespace.
    name: String,
    id: u32,
    /// The CRC32 of the result's name.
    result_id: u32,
    /// The result's name, where the docstring has it.
    result: Option<String>,
    /// What annotations say of the fields.
    annotations: BTreeMap<String, String>,
    fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq)]
struct Field {
    name: String,
    /// The flags word and the bit.
    condition: Option<(String, u32)>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Flags,
    True,
    /// A value of a type of the language, or of any other if that is not known.
    Value(Option<&'static str>, Vector),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Vector {
    No,
    Bare,
    Boxed,
}

/// The names that types may have.
struct TypeNames {
    /// Those which docstrings name, with their namespaces.
    certain: BTreeSet<String>,
    namespaces: BTreeSet<String>,
    /// All names and their vectors, and what could be the name of a type that no docstring names, by CRC32.
    by_id: HashMap<u32, String>,
}

impl TypeNames {
    fn new(classes: &[Class]) -> Self {
        let results = classes.iter().filter_map(|class| class.result.as_deref());
        let language = ["Bool", "int", "long", "string", "bytes"];
        let certain: BTreeSet<String> = results.map(item_of).chain(language).map(str::to_owned).collect();
        let namespaces: BTreeSet<String> =
            classes.iter().filter_map(|class| class.namespace.clone()).collect();
        // Constructors without fields have no docstring, but their names begin with that of their type.
        let of_names = classes.iter().flat_map(|class| prefixes(&class.name).map(upper_first));
        let of_fields = classes.iter().flat_map(|class| class.annotations.values().cloned());
        let mut guesses: BTreeSet<String> = of_names.chain(of_fields).collect();
        let qualified =
            |name: &String| namespaces.iter().map(move |space| format!("{space}.{name}")).collect::<Vec<_>>();
        let in_namespaces: Vec<String> = guesses.iter().flat_map(qualified).collect();
        guesses.extend(in_namespaces);
        let mut by_id = HashMap::new();
        for name in certain.iter().chain(&guesses) {
            for name in [name.clone(), format!("Vector<{name}>")] {
                by_id.entry(crc32fast::hash(name.as_bytes())).or_insert(name);
            }
        }
        Self { certain, namespaces, by_id }
    }

    /// The types that an annotation may mean, which has no namespace.
    fn of_annotation(&self, annotation: &str) -> Vec<String> {
        let in_namespaces = self.namespaces.iter().map(|namespace| format!("{namespace}.{annotation}"));
        let (certain, guesses): (Vec<String>, Vec<String>) =
            in_namespaces.partition(|name| self.certain.contains(name));
        let mut names = vec![annotation.to_owned()];
        let is_known = !certain.is_empty() || self.certain.contains(annotation);
        names.extend(if is_known { certain } else { guesses });
        names
    }
}

/// The beginnings of a name before each of its capitals, and the whole name.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.char_indices().filter(|(index, char)| *index > 0 && char.is_uppercase());
    ends.map(|(index, _)| index).chain([name.len()]).filter_map(|end| name.get(..end))
}

/// `User` of `Vector<User>`.
fn item_of(name: &str) -> &str {
    name.strip_prefix("Vector<").and_then(|name| name.strip_suffix('>')).unwrap_or(name)
}

impl Class {
    fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The text with the class's id.
    fn definition(&self, names: &TypeNames) -> Option<String> {
        let result = match &self.result {
            Some(name) if crc32fast::hash(name.as_bytes()) == self.result_id => name.clone(),
            _ => names.by_id.get(&self.result_id)?.clone(),
        };
        let name = self.full_name();
        let generic = if result == "X" { " {X:Type}" } else { "" };
        let mut texts = vec![format!("{name}#{:08x}{generic}", self.id)];
        for field in &self.fields {
            let choices = self.field_texts(field, names);
            texts = texts
                .iter()
                .flat_map(|text| choices.iter().map(move |choice| format!("{text} {choice}")))
                .collect();
            texts.truncate(MAX_CANDIDATES);
        }
        let is_secret = self.namespace.as_deref() == Some(SECRET);
        let mut texts = texts.into_iter().map(|text| match is_secret {
            true => format!("{text} = {result}").replace("secret.", ""),
            false => format!("{text} = {result}"),
        });
        texts.find(|text| parse_definition(text).is_ok_and(|definition| is_right(definition, is_secret)))
    }

    fn field_texts(&self, field: &Field, names: &TypeNames) -> Vec<String> {
        let condition = match &field.condition {
            Some((word, bit)) => format!("{word}.{bit}?"),
            None => String::new(),
        };
        // Python's own words cannot be names of its parameters.
        let field_names = match field.name.as_str() {
            "is_self" => vec!["self", "is_self"],
            name => vec![name.strip_suffix('_').unwrap_or(name)],
        };
        let types: Vec<String> = match field.kind {
            Kind::Flags => vec!["#".to_owned()],
            Kind::True => vec!["true".to_owned()],
            Kind::Value(Some(ty), vector) => vec![vector.of(ty)],
            Kind::Value(None, vector) => {
                let annotation = self.annotations.get(&field.name).map_or("", String::as_str);
                let variable = if annotation == "X" { "!" } else { "" };
                let types = names.of_annotation(annotation);
                types.iter().map(|ty| format!("{variable}{}", vector.of(ty))).collect()
            }
        };
        let of_name =
            |name: &&str| types.iter().map(|ty| format!("{name}:{condition}{ty}")).collect::<Vec<_>>();
        field_names.iter().flat_map(of_name).collect()
    }
}

impl Vector {
    fn of(self, ty: &str) -> String {
        match self {
            Self::No => ty.to_owned(),
            Self::Bare => format!("vector<{ty}>"),
            Self::Boxed => format!("Vector<{ty}>"),
        }
    }
}

fn classes(module: &Module) -> Vec<Class> {
    let mut classes = Vec::new();
    let mut lines = module.text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("class ").and_then(|rest| rest.split('(').next()) else {
            continue;
        };
        let mut body = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("class ")) {
            body.push(line);
        }
        classes.push(class(module, name, &body));
    }
    classes
}

fn class(module: &Module, name: &str, body: &[&str]) -> Class {
    let name = match module.section {
        Section::Functions => name.strip_suffix("Request").unwrap_or(name),
        Section::Types => name,
    };
    let mut class = Class {
        section: module.section,
        namespace: module.namespace.clone(),
        name: lower_first(name),
        id: 0,
        result_id: 0,
        result: None,
        annotations: BTreeMap::new(),
        fields: Vec::new(),
    };
    let mut reading = None;
    for line in body {
        let text = line.trim();
        if text.starts_with("def from_reader(") {
            reading = Some(Reading::default());
        } else if text.starts_with("def ") && reading.is_some() {
            break;
        } else if let Some(reading) = &mut reading {
            class.read(reading, line);
        } else if let Some(id) = text.strip_prefix("CONSTRUCTOR_ID = 0x") {
            class.id = u32::from_str_radix(id, 16).unwrap_or_default();
        } else if let Some(id) = text.strip_prefix("SUBCLASS_OF_ID = 0x") {
            class.result_id = u32::from_str_radix(id, 16).unwrap_or_default();
        } else if let Some(rest) =
            text.strip_prefix("Constructor for ").or_else(|| text.strip_prefix(":returns "))
        {
            class.result = rest.split(": ").next().map(str::to_owned);
        } else if let Some(parameters) = text.strip_prefix("def __init__(") {
            let parameters = split_outside_of_brackets(parameters.trim_end_matches("):"));
            let annotated = parameters.into_iter().filter_map(|parameter| parameter.split_once(": "));
            let annotated: Vec<_> = annotated.collect();
            annotated.into_iter().for_each(|(name, annotation)| class.annotate(name, annotation));
        } else if let Some((annotation, name)) =
            text.strip_prefix(":param ").and_then(|rest| rest.strip_suffix(':')?.rsplit_once(' '))
        {
            class.annotate(name, annotation);
        }
    }
    class
}

/// Where in `from_reader` the walk is.
#[derive(Default)]
struct Reading {
    /// The condition of the lines that are indented further.
    condition: Option<(String, u32)>,
    /// A word was read that may be a vector's id.
    vector_id: bool,
    /// The vector that is being read.
    vector: Option<(Vector, Option<&'static str>)>,
}

impl Class {
    /// The name of the type in an annotation: `Optional[List['TypeUser']]=None`, `list[User] | None`.
    fn annotate(&mut self, name: &str, annotation: &str) {
        let mut text = annotation.split('=').next().unwrap_or_default().trim().trim_end_matches(" | None");
        while let Some((outer, inner)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            debug_assert!(!outer.is_empty());
            text = inner;
        }
        let text = text.trim_matches(|quote| quote == '\'' || quote == '"');
        let text = text.strip_prefix("Type").filter(|rest| !rest.is_empty()).unwrap_or(text);
        let text = text.rsplit('.').next().unwrap_or(text);
        self.annotations.insert(name.to_owned(), text.to_owned());
    }

    /// Takes in one line of `from_reader`.
    fn read(&mut self, reading: &mut Reading, line: &str) {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if indent <= 8 {
            reading.condition = None;
        }
        if let Some(condition) = text.strip_prefix("if ").and_then(|rest| rest.strip_suffix(':')) {
            reading.condition = condition_of(condition);
        } else if text == "else:" {
            reading.condition = None;
        } else if text == "reader.read_int()" {
            reading.vector_id = true;
        } else if let Some((name, value)) = text.split_once(" = ") {
            self.assign(reading, name, value);
        } else if let Some((name, "append(_x)")) = text.split_once('.') {
            let (vector, ty) = reading.vector.take().unwrap_or((Vector::Bare, None));
            self.push(name, reading.condition.clone(), Kind::Value(ty, vector));
        }
    }

    fn assign(&mut self, reading: &mut Reading, name: &str, value: &str) {
        if let ("_x", Some((_, ty))) = (name, &mut reading.vector) {
            *ty = primitive(value);
        } else if value == "[]" {
            let vector = if reading.vector_id { Vector::Boxed } else { Vector::Bare };
            reading.vector = Some((vector, None));
            reading.vector_id = false;
        } else if let Some(condition) = value.strip_prefix("bool(").and_then(|rest| rest.strip_suffix(')')) {
            self.push(name, condition_of(condition), Kind::True);
        } else if value == "reader.read_int()" && !name.starts_with('_') {
            self.push(name, None, Kind::Flags);
        } else if value.starts_with("reader.") {
            self.push(name, reading.condition.clone(), Kind::Value(primitive(value), Vector::No));
        }
    }

    fn push(&mut self, name: &str, condition: Option<(String, u32)>, kind: Kind) {
        let name = name.strip_prefix('_').unwrap_or(name).to_owned();
        self.fields.push(Field { name, condition, kind });
    }
}

/// The word and the bit of `flags & 128`.
fn condition_of(text: &str) -> Option<(String, u32)> {
    let (word, mask) = text.split_once(" & ")?;
    let mask: u32 = mask.parse().ok()?;
    mask.is_power_of_two().then(|| (word.to_owned(), mask.trailing_zeros()))
}

/// The type of the language that a method of the reader reads.
fn primitive(call: &str) -> Option<&'static str> {
    Some(match call {
        "reader.read_int()" | "reader.tgread_date()" => "int",
        "reader.read_long()" => "long",
        "reader.read_double()" => "double",
        "reader.read_large_int(bits=128)" => "int128",
        "reader.read_large_int(bits=256)" => "int256",
        "reader.tgread_string()" => "string",
        "reader.tgread_bytes()" => "bytes",
        "reader.tgread_bool()" => "Bool",
        _ => return None,
    })
}

/// Parts between commas that stand in no brackets.
fn split_outside_of_brackets(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            b',' if depth == 0 => {
                parts.extend(text.get(start..index).map(str::trim));
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..).map(str::trim));
    parts
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn upper_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
class MaskCoords(TLObject):
    CONSTRUCTOR_ID = 0xaed6dbb2
    SUBCLASS_OF_ID = 0x6bbb2fd

    def __init__(self, n: int, x: float, y: float, zoom: float):
        """
        Constructor for MaskCoords: Instance of MaskCoords.
        """

    @classmethod
    def from_reader(cls, reader):
        _n = reader.read_int()
        _x = reader.read_double()
        _y = reader.read_double()
        _zoom = reader.read_double()
        return cls(n=_n, x=_x, y=_y, zoom=_zoom)


class MessageFwdHeader(TLObject):
    CONSTRUCTOR_ID = 0x5f777dce
    SUBCLASS_OF_ID = 0x7a286804

    def __init__(self, date: Optional[datetime], imported: Optional[bool]=None, from_id: Optional['TypePeer']=None, ids: Optional[List[int]]=None):
        """
        Constructor for MessageFwdHeader: Instance of MessageFwdHeader.
        """

    @classmethod
    def from_reader(cls, reader):
        flags = reader.read_int()

        _imported = bool(flags & 128)
        if flags & 1:
            _from_id = reader.tgread_object()
        else:
            _from_id = None
        if flags & 32:
            _from_name = reader.tgread_string()
        else:
            _from_name = None
        _date = reader.tgread_date()
        if flags & 4:
            _channel_post = reader.read_int()
        else:
            _channel_post = None
        if flags & 8:
            _post_author = reader.tgread_string()
        else:
            _post_author = None
        if flags & 16:
            _saved_from_peer = reader.tgread_object()
        else:
            _saved_from_peer = None
        if flags & 16:
            _saved_from_msg_id = reader.read_int()
        else:
            _saved_from_msg_id = None
        if flags & 64:
            _psa_type = reader.tgread_string()
        else:
            _psa_type = None
        return cls()
"#;

    fn module(section: Section, namespace: Option<&str>, text: &str) -> Module {
        Module { section, namespace: namespace.map(str::to_owned), text: text.to_owned() }
    }

    #[test]
    fn fields_come_from_the_reader_and_types_from_the_annotations() {
        let code = CODE.replace("ids: Optional[List[int]]", "saved_from_peer: Optional['TypePeer']");
        let text = layer(&[module(Section::Types, None, &code)], |_, _| false).unwrap();
        assert!(
            text.contains("maskCoords#aed6dbb2 n:int x:double y:double zoom:double = MaskCoords;"),
            "{text}"
        );
        assert!(
            text.contains(
                "messageFwdHeader#5f777dce flags:# imported:flags.7?true from_id:flags.0?Peer \
                 from_name:flags.5?string date:int channel_post:flags.2?int post_author:flags.3?string \
                 saved_from_peer:flags.4?Peer saved_from_msg_id:flags.4?int psa_type:flags.6?string = \
                 MessageFwdHeader;"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_has_no_proof_is_named() {
        // Without its annotation, the type of an object is not known.
        let error = layer(&[module(Section::Types, None, CODE)], |_, _| false).unwrap_err();
        assert!(error.ends_with("messageFwdHeader#5f777dce"), "{error}");
        let is_left_out = |name: &str, _| name == "messageFwdHeader";
        assert!(layer(&[module(Section::Types, None, CODE)], is_left_out).is_ok());
    }

    #[test]
    fn namespaces_come_from_the_files() {
        let code = "class GetContactIDsRequest(TLRequest):\n    CONSTRUCTOR_ID = 0x7adc669d\n    \
                    SUBCLASS_OF_ID = 0x5026710f\n\n    def __init__(self, hash: int):\n    \
                    def from_reader(cls, reader):\n        _hash = reader.read_long()\n";
        let text = layer(&[module(Section::Functions, Some("contacts"), code)], |_, _| false).unwrap();
        assert!(text.contains("contacts.getContactIDs#7adc669d hash:long = Vector<int>;"), "{text}");
    }
}
