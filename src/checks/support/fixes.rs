//! Fixes for settings: "set this setting", "set this key of that dict", "read it from the environment", each
//! turned into operations at the place that `settings::placement` names.
//!
//! Where no place is surely right the answer is the reason, and the finding carries an instruction instead.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation, Place};
use crate::finding::{Effect, Finding, Fix};
use crate::python::ast::{Expr, Stmt};
use crate::python::{Ranged as _, TextRange, parse, tree};
use crate::settings::placement::{Placement, Site, Target, conditional, is_toml, toml_table};
use crate::settings::{Dict, EnvRead, How, Node, Setting, SettingsModel, Truth, Value};
use crate::source::{FileId, Span};

use super::env_default::{self, NewDefault};
use super::settings::own;

/// Operations, or the clause that says why there are none.
pub(crate) type Operations = Result<Vec<Operation>, String>;

/// The words of a fix and of the instruction that stands in for it.
pub(crate) struct Remedy {
    /// Imperative, short.
    pub(crate) title: String,
    /// Who notices.
    pub(crate) effect: Effect,
    /// What changes for callers, in one sentence.
    pub(crate) note: String,
    /// What to do by hand, imperative, without a full stop.
    pub(crate) by_hand: String,
}

impl Remedy {
    /// The finding with the fix, or with the instruction and the reason.
    pub(crate) fn attach(self, finding: Finding, operations: Operations) -> Finding {
        match operations {
            Ok(operations) => finding.fix(Fix {
                title: self.title,
                effect: self.effect,
                effect_note: self.note,
                operations,
            }),
            Err(why) if why.is_empty() => finding.instruction(format!("{}.", self.by_hand)),
            Err(why) => finding.instruction(format!("{}. There is no automatic fix: {why}.", self.by_hand)),
        }
    }
}

pub(crate) fn placement<'a>(cx: &'a CheckContext<'_>, model: &'a SettingsModel) -> Placement<'a> {
    Placement::new(cx.sources, model, cx.others.get())
}

/// Writes a setting that nobody sets, or one that wins over what is there.
pub(crate) fn add(cx: &CheckContext<'_>, model: &SettingsModel, name: &str, value: Code) -> Operations {
    if let Some(found) = conditional(cx.sources, model, name)
        && found.without_debug
        && model.get("DEBUG").is_some_and(|debug| debug.node.truthy() != Truth::No)
    {
        let line = cx.sources.line(found.assignment);
        let path = cx.sources.path(found.assignment.file);
        return Err(format!("{path}, line {line}, sets it once `DEBUG` is off, and that comes first"));
    }
    Ok(vec![at_target(placement(cx, model).of_new(name)?, name, value)])
}

pub(crate) fn at_target(target: Target, name: &str, value: Code) -> Operation {
    let name = name.to_owned();
    match target {
        Target::Module { file, after } => {
            let place = after.map_or(Place::End, Place::After);
            Operation::AddAssignment { file, name, value, place, comment: String::new() }
        }
        Target::Class(class) => Operation::SetClassAttribute { class, name, value },
        Target::Toml { file, table } => Operation::SetTomlKey { file, table, key: name, value },
    }
}

/// Gives a setting another value: in place, by an override, or as a new setting.
pub(crate) fn set(cx: &CheckContext<'_>, model: &SettingsModel, name: &str, value: Code) -> Operations {
    let Some(setting) = own(model, name) else { return add(cx, model, name, value) };
    let at = expression(cx, setting).ok_or("its value is not written in one place")?;
    match placement(cx, model).of_value(setting, at) {
        Site::InPlace => Ok(vec![Operation::ReplaceExpression { at, with: value }]),
        Site::Override(target) => Ok(vec![at_target(target, name, value)]),
        Site::Nowhere(why) => Err(why),
    }
}

/// Makes a setting true or false. A read of the environment is kept and only its default changed; anything else
/// becomes `plain`.
pub(crate) fn set_truth(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    name: &str,
    wanted: bool,
    plain: Code,
) -> Operations {
    let Some(setting) = own(model, name) else {
        let target = placement(cx, model).of_new(name)?;
        return add(cx, model, name, unless_debugging(cx, model, &target, wanted).unwrap_or(plain));
    };
    let follows_debug = name != "DEBUG"
        && expression(cx, setting).is_some_and(|at| {
            cx.sources.slice(at).split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "DEBUG")
        });
    if follows_debug {
        return Err("the value follows `DEBUG`, and putting that right puts this right".to_owned());
    }
    if reads_in(cx, &setting.node).is_empty() {
        return set(cx, model, name, plain);
    }
    let new = env_default::for_truth(cx.sources, &setting.node, wanted)
        .ok_or("the environment is read in a way whose default cannot simply be turned round")?;
    match placement(cx, model).of_value(setting, new.at) {
        Site::InPlace => Ok(vec![Operation::ReplaceExpression { at: new.at, with: new.code }]),
        Site::Override(target) => {
            let value = rewritten(cx, setting, &new, &target).unwrap_or(plain);
            Ok(vec![at_target(target, name, value)])
        }
        Site::Nowhere(why) => Err(why),
    }
}

/// The reads of the environment in the very expression of a value. One that only chose the branch in which a plain
/// value is written is not among them.
pub(crate) fn reads_in<'n>(cx: &CheckContext<'_>, node: &'n Node) -> Vec<&'n EnvRead> {
    let reads = node.env_reads();
    match node.at {
        Some(at) if !is_toml(cx.sources, at.file) && is_plain(cx.sources.slice(at)) => Vec::new(),
        _ => reads,
    }
}

/// Whether an expression is written out: constants, and displays of them.
fn is_plain(text: &str) -> bool {
    fn plain(expr: &Expr) -> bool {
        match expr {
            Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_) => true,
            Expr::List(list) => list.elts.iter().all(plain),
            Expr::Tuple(list) => list.elts.iter().all(plain),
            _ => false,
        }
    }
    let text = format!("({text})");
    let module = parse(&text);
    matches!(module.body(), [Stmt::Expr(statement)] if module.is_valid() && plain(&statement.value))
}

/// `not DEBUG`, for a switch that is to be on in production and gets in the way of a developer who turns `DEBUG` on
/// in the environment of the same module.
fn unless_debugging(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    target: &Target,
    wanted: bool,
) -> Option<Code> {
    let Target::Module { file, after } = target else { return None };
    let debug = own(model, "DEBUG")?;
    let varies = !debug.node.env_reads().is_empty() && debug.node.truthy() == Truth::No;
    let module = tree(cx.sources, *file);
    // Inside production's branch `DEBUG` is off anyway.
    let outside = after.is_none_or(|at| module.body().iter().any(|s| s.range() == at.text_range()));
    let offset = after.map_or(usize::MAX, Span::end);
    (wanted && varies && outside && binds(cx, *file, "DEBUG", offset))
        .then(|| Code::Raw("not DEBUG".to_owned()))
}

/// The setting's own expression with the new default in it, where the target module has its names.
fn rewritten(cx: &CheckContext<'_>, setting: &Setting, new: &NewDefault, target: &Target) -> Option<Code> {
    let Target::Module { file, .. } = target else { return None };
    let at = setting.node.at.filter(|at| at.contains(new.at))?;
    let text = cx.sources.slice(at);
    let (start, end) = (new.at.start() - at.start(), new.at.end() - at.start());
    let text = format!("{}{}{}", &text[..start], render(&new.code), &text[end..]);
    let root = text.trim_start_matches(|c: char| !c.is_alphabetic() && c != '_');
    let root = root.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    binds(cx, *file, root, usize::MAX).then_some(Code::Raw(text))
}

/// Whether a module binds a name by itself in a statement that ends before `offset` (a star import is not looked
/// into).
pub(crate) fn binds(cx: &CheckContext<'_>, file: FileId, name: &str, offset: usize) -> bool {
    let module = tree(cx.sources, file);
    let mut earlier = module.body().iter().take_while(|s| s.end().to_usize() <= offset);
    earlier.any(|statement| match statement {
        Stmt::Import(import) => import.names.iter().any(|alias| match &alias.asname {
            Some(own) => own.as_str() == name,
            None => alias.name.split('.').next() == Some(name),
        }),
        Stmt::ImportFrom(import) => {
            import.names.iter().any(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str() == name)
        }
        Stmt::Assign(assign) => {
            assign.targets.iter().any(|t| matches!(t, Expr::Name(n) if n.id.as_str() == name))
        }
        Stmt::FunctionDef(f) => f.name.as_str() == name,
        _ => false,
    })
}

/// The expression on the right side of the statement that decided a setting last. The value itself may have been
/// written elsewhere (`X = OTHER`), so its own place is taken only when it lies in that statement.
pub(crate) fn expression(cx: &CheckContext<'_>, setting: &Setting) -> Option<Span> {
    let step = setting.steps.iter().rev().find(|s| s.how != How::Imported);
    let Some(step) = step else { return setting.node.at };
    if step.how != How::Assigned && step.how != How::Merged {
        return None;
    }
    if is_toml(cx.sources, step.at.file) {
        return setting.node.at.or(Some(step.at));
    }
    if let Some(at) = setting.node.at
        && step.at.contains(at)
        && (step.at == at || !matches!(setting.node.value, Value::Unknown(_)))
    {
        return Some(at);
    }
    let text = cx.sources.slice(step.at);
    let module = parse(text);
    let range = match module.body().first()? {
        Stmt::Assign(assign) => assign.value.range(),
        Stmt::AnnAssign(assign) => assign.value.as_ref()?.range(),
        Stmt::Expr(_) => TextRange::up_to(crate::python::TextSize::of(text)),
        _ => return None,
    };
    let start = step.at.range.0;
    Some(Span { file: step.at.file, range: (start + range.start().to_u32(), start + range.end().to_u32()) })
}

/// Sets a key of a dict setting; the dict is written when nobody sets it.
pub(crate) fn set_key(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    name: &str,
    key: &str,
    value: Code,
) -> Operations {
    let Some(setting) = own(model, name) else {
        return add(cx, model, name, Code::Dict(vec![(Code::str(key), value)]));
    };
    let Some(dict) = setting.node.as_dict() else {
        return Err(format!("`{name}` is not written out as a dict"));
    };
    let display = display(cx, &setting.node, takes_keys);
    let value_of = dict.entry(key).map(|e| &e.value);
    let existing = value_of.and_then(|v| v.at);
    if value_of.is_some_and(|v| existing.is_some_and(|at| !is_written_at(v, at))) {
        return override_key(cx, setting, placement(cx, model).of_override(setting)?, key, value);
    }
    let Some(at) = existing.or(display).or_else(|| any_place(dict)) else {
        return override_key(cx, setting, placement(cx, model).of_override(setting)?, key, value);
    };
    match placement(cx, model).of_value(setting, at) {
        Site::InPlace if existing.is_some() => Ok(vec![Operation::ReplaceExpression { at, with: value }]),
        Site::InPlace => match display {
            Some(dict) => Ok(vec![Operation::SetDictEntry { dict, key: key.to_owned(), value }]),
            None => override_key(cx, setting, placement(cx, model).of_override(setting)?, key, value),
        },
        Site::Override(target) => override_key(cx, setting, target, key, value),
        Site::Nowhere(why) => Err(why),
    }
}

/// Whether a key can be written into an expression: a display, or a call of `dict`.
fn takes_keys(expr: &Expr) -> bool {
    match expr {
        Expr::Dict(_) => true,
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "dict"),
        _ => false,
    }
}

/// Whether every part of a value stands at its place: `X["KEY"] += (...)` further down adds parts from elsewhere.
fn is_written_at(node: &Node, at: Span) -> bool {
    node.children().into_iter().all(|child| child.at.is_none_or(|own| at.contains(own)))
}

/// A statement (or class attribute, or TOML key) that sets one key of a dict made elsewhere.
fn override_key(
    cx: &CheckContext<'_>,
    setting: &Setting,
    target: Target,
    key: &str,
    value: Code,
) -> Operations {
    let name = &setting.name;
    match target {
        Target::Module { file, after } => {
            let place = after.map_or(Place::End, Place::After);
            // An assignment, so that two fixes for one key are one statement or a conflict.
            let name = format!("{name}[\"{key}\"]");
            Ok(vec![Operation::AddAssignment { file, name, value, place, comment: String::new() }])
        }
        Target::Class(class) => {
            let at =
                setting.node.at.filter(|at| at.file == class.file).ok_or("its dict is made elsewhere")?;
            let owner = class_around(cx, at).ok_or("its dict is made outside the settings classes")?;
            // A call and not a display with `**`, so that the keys of several fixes can go into one.
            let inherited = Code::Name(format!("{owner}.{name}"));
            let value = Code::Call("dict".to_owned(), vec![inherited], vec![(key.to_owned(), value)]);
            Ok(vec![Operation::SetClassAttribute { class, name: name.clone(), value }])
        }
        Target::Toml { file, mut table } => {
            let dict = setting.node.as_dict().and_then(any_place);
            let decided_in = dict
                .filter(|at| at.file == file)
                .map(|at| toml_table(cx.sources.text(at.file), at.start()))
                .unwrap_or_default();
            if table.first().is_some_and(|own| decided_in.first() != Some(own)) {
                // A table of that name would take the place of the other one, and merging the two would merge the
                // lists in them: dynaconf's own path to a key replaces just that.
                let key = format!("{name}__{key}");
                return Ok(vec![Operation::SetTomlKey { file, table, key, value }]);
            }
            table.push(name.clone());
            Ok(vec![Operation::SetTomlKey { file, table, key: key.to_owned(), value }])
        }
    }
}

/// The place of any part of a dict.
fn any_place(dict: &Dict) -> Option<Span> {
    dict.entries.iter().find_map(|e| e.key.at.or(e.value.at))
}

/// The name of the class statement at module level that holds a place.
fn class_around(cx: &CheckContext<'_>, at: Span) -> Option<String> {
    tree(cx.sources, at.file).body().iter().find_map(|statement| match statement {
        Stmt::ClassDef(class) if class.range().contains_range(at.text_range()) => {
            Some(class.name.to_string())
        }
        _ => None,
    })
}

/// The place of a value, when what stands there is a display of the wanted kind.
pub(crate) fn display(cx: &CheckContext<'_>, node: &Node, wanted: fn(&Expr) -> bool) -> Option<Span> {
    let at = node.at?;
    if is_toml(cx.sources, at.file) {
        return Some(at);
    }
    let text = format!("({})", cx.sources.slice(at));
    let module = parse(&text);
    match module.body() {
        [Stmt::Expr(statement)] if module.is_valid() && wanted(&statement.value) => Some(at),
        _ => None,
    }
}

/// A value as Python on one line.
pub(crate) fn render(code: &Code) -> String {
    let list = |items: &[Code]| items.iter().map(render).collect::<Vec<_>>().join(", ");
    match code {
        Code::Str(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Code::Int(n) => n.to_string(),
        Code::Bool(true) => "True".to_owned(),
        Code::Bool(false) => "False".to_owned(),
        Code::None => "None".to_owned(),
        Code::List(items) => format!("[{}]", list(items)),
        Code::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Code::Tuple(items) => format!("({})", list(items)),
        Code::Dict(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(k, v)| format!("{}: {}", render(k), render(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Code::Name(name) | Code::Raw(name) => name.clone(),
        Code::Call(name, positional, keywords) => {
            let keywords = keywords.iter().map(|(k, v)| format!("{k}={}", render(v)));
            let arguments: Vec<_> = positional.iter().map(render).chain(keywords).collect();
            format!("{name}({})", arguments.join(", "))
        }
    }
}

/// Gives a setting a number; a read of the environment is kept and only its default changed.
pub(crate) fn set_number(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    name: &str,
    number: i64,
) -> Operations {
    let Some(setting) = own(model, name) else { return add(cx, model, name, Code::Int(number)) };
    let read = match reads_in(cx, &setting.node).as_slice() {
        [] => return set(cx, model, name, Code::Int(number)),
        [read] => *read,
        _ => return Err("several variables take part in the value".to_owned()),
    };
    let at = read.default_at.filter(|_| !read.supplied).ok_or("the value comes from the environment")?;
    let text = cx.sources.slice(at).trim().replace('_', "");
    let value = match (text.parse::<i64>(), text.trim_matches(['"', '\'']).parse::<i64>()) {
        (Ok(old), _) if setting.node.as_int() == Some(old) => Code::Int(number),
        (Err(_), Ok(old)) if setting.node.as_int() == Some(old) => Code::Str(number.to_string()),
        _ => return Err("the default in the environment read is computed".to_owned()),
    };
    match placement(cx, model).of_value(setting, at) {
        Site::InPlace => Ok(vec![Operation::ReplaceExpression { at, with: value }]),
        Site::Override(target) => Ok(vec![at_target(target, name, Code::Int(number))]),
        Site::Nowhere(why) => Err(why),
    }
}

/// Replaces a value inside a setting where it stands.
pub(crate) fn set_at_key(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    setting: &Setting,
    at: Span,
    value: Code,
) -> Operations {
    match placement(cx, model).of_value(setting, at) {
        Site::InPlace => Ok(vec![Operation::ReplaceExpression { at, with: value }]),
        Site::Override(_) => Err("the value is shared with a development or test module".to_owned()),
        Site::Nowhere(why) => Err(why),
    }
}
