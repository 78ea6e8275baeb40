//! `DEBUG` read from the environment as text: whether it is, and the reading that takes "False" for false.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::python::ast::{Expr, Stmt};
use crate::python::{Ranged as _, parse};
use crate::settings::placement::{Placement, Site};
use crate::settings::{EnvRead, Reader, Setting, SettingsModel, Truth};

use super::fixes::Operations;
use super::settings::own;

/// The variable whose text "False" leaves `DEBUG` on although an empty or zero text turns it off.
pub(crate) fn misread<'a>(cx: &CheckContext<'_>, model: &'a SettingsModel) -> Option<&'a EnvRead> {
    let debug = own(model, "DEBUG")?;
    let with = |name: &str, text: &str| {
        let model = (cx.what_if)(name, text)?;
        Some(model.get("DEBUG")?.node.truthy())
    };
    // Where several variables take part, one is the switch; the others choose files, prefixes and the like.
    let is_named = |read: &&EnvRead| read.name.to_uppercase().contains("DEBUG");
    let reads = &debug.node.env;
    let named = reads.len() > 1 && reads.iter().any(|read| is_named(&read));
    let texts = reads.iter().filter(|r| r.cast.as_deref() != Some("bool"));
    texts.filter(|read| !named || is_named(read)).find(|read| {
        if with(&read.name, "False") != Some(Truth::Yes) {
            return false;
        }
        ["", "0"].iter().any(|text| with(&read.name, text) == Some(Truth::No))
            || is_named(read)
                && debug.node.truthy() == Truth::No
                && ["", "0"].iter().all(|text| with(&read.name, text) == Some(Truth::Yes))
    })
}

/// Replaces the reading expression by one that parses a boolean and is off by default.
pub(crate) fn parse_as_boolean(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    setting: &Setting,
) -> Operations {
    let Some(at) = setting.node.at else { return Err("its value is not written in one place".to_owned()) };
    let code = match setting.node.env.as_slice() {
        [read] => boolean_read(cx, read).ok_or("the variable is read in an unusual way")?,
        _ => return Err("several variables take part".to_owned()),
    };
    match Placement::new(cx.sources, model, cx.others.get()).of_value(setting, at) {
        Site::InPlace => Ok(vec![Operation::ReplaceExpression { at, with: Code::Raw(code) }]),
        Site::Override(_) => super::fixes::set(cx, model, &setting.name, Code::Bool(false)),
        Site::Nowhere(why) => Err(why),
    }
}

fn boolean_read(cx: &CheckContext<'_>, read: &EnvRead) -> Option<String> {
    let text = cx.sources.slice(read.at);
    let module = parse(text);
    let [Stmt::Expr(statement)] = module.body() else { return None };
    let (callee, variable) = match &*statement.value {
        Expr::Call(call) => (&text[call.func.range()], &text[call.arguments.args.first()?.range()]),
        Expr::Subscript(s) => ("os.environ.get", &text[s.slice.range()]),
        _ => return None,
    };
    let root = callee.split('.').next()?;
    match read.reader {
        Reader::Os => Some(format!("{callee}({variable}, \"\").lower() in (\"1\", \"true\", \"yes\")")),
        Reader::DjangoEnviron | Reader::Environs => Some(format!("{root}.bool({variable}, default=False)")),
        Reader::Decouple => Some(format!("{callee}({variable}, default=False, cast=bool)")),
        Reader::DjDatabaseUrl | Reader::Configurations | Reader::Dynaconf | Reader::Pydantic => None,
    }
}
