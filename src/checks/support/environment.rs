//! Values that production's environment has to supply: a setting turned into such a read, and the default taken out
//! of one that is there.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::python::ast::{Expr, ExprTuple, Stmt};
use crate::python::visitor::{Visitor, walk_expr};
use crate::python::{Ranged, TextRange, parse, tree};
use crate::settings::placement::Site;
use crate::settings::{Composition, EnvRead, Node, Reader, Setting, SettingsModel};
use crate::source::{FileId, Span};

use super::fixes::{Operations, binds, placement, set, set_at_key};

/// What the variable holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// Texts separated by commas.
    List,
}

/// The variable's name for a setting, with the prefix that the project's other variables have.
pub(crate) fn variable(model: &SettingsModel, name: &str) -> String {
    let names: std::collections::BTreeSet<_> =
        model.settings.values().flat_map(|s| s.node.env_reads()).map(|r| r.name.as_str()).collect();
    let prefixed = names.iter().filter(|n| n.starts_with("DJANGO_")).count();
    if prefixed * 2 > names.len() { format!("DJANGO_{name}") } else { name.to_owned() }
}

/// Turns a setting into a read of a variable that must be set.
pub(crate) fn require(cx: &CheckContext<'_>, model: &SettingsModel, name: &str, kind: Kind) -> Operations {
    let draft = set(cx, model, name, Code::None)?;
    let draft = draft.first().ok_or("its place is not known")?;
    let offset = match draft {
        Operation::ReplaceExpression { at, .. } => at.start(),
        _ => usize::MAX,
    };
    let (code, mut operations) = read(cx, model, (draft.file(), offset), &variable(model, name), kind)?;
    operations.extend(set(cx, model, name, code)?);
    Ok(operations)
}

/// The same for one value inside a dict setting.
pub(crate) fn require_at(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    setting: &Setting,
    at: Span,
    name: &str,
) -> Operations {
    let (code, mut operations) = read(cx, model, (at.file, at.start()), &variable(model, name), Kind::Text)?;
    operations.extend(set_at_key(cx, model, setting, at, code)?);
    Ok(operations)
}

/// The reading expression for a place in the style of its file, and the import it needs.
fn read(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    (file, offset): (FileId, usize),
    variable: &str,
    kind: Kind,
) -> Result<(Code, Vec<Operation>), String> {
    if crate::settings::placement::is_toml(cx.sources, file) {
        return Err(
            "a TOML file cannot ask for a variable; dynaconf takes the setting from the environment \
                    once the file no longer holds it"
                .to_owned(),
        );
    }
    if matches!(model.composition, Composition::Class(_)) {
        let import =
            Operation::AddImport { file, module: "configurations".to_owned(), name: "values".to_owned() };
        let code = match kind {
            Kind::Text => "values.SecretValue()",
            Kind::List => "values.ListValue([])",
        };
        return Ok((Code::Raw(code.to_owned()), vec![import]));
    }
    let reads = model.settings.values().flat_map(|s| s.node.env_reads());
    let style = reads.filter(|r| r.at.file == file).find_map(|read| {
        let text = cx.sources.slice(read.at);
        let root: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let usable = match read.reader {
            Reader::DjangoEnviron | Reader::Environs => binds(cx, file, &root, offset),
            Reader::Decouple => kind == Kind::Text && binds(cx, file, &root, offset),
            Reader::Os
            | Reader::DjDatabaseUrl
            | Reader::Configurations
            | Reader::Dynaconf
            | Reader::Pydantic => false,
        };
        usable.then_some((root, read.reader))
    });
    let text = Code::str(variable);
    Ok(match (style, kind) {
        (Some((root, _)), Kind::List) => (Code::Call(format!("{root}.list"), vec![text], vec![]), vec![]),
        (Some((root, Reader::Environs)), Kind::Text) => {
            (Code::Call(format!("{root}.str"), vec![text], vec![]), vec![])
        }
        (Some((root, _)), Kind::Text) => (Code::Call(root, vec![text], vec![]), vec![]),
        (None, _) => {
            let import = Operation::AddImport { file, module: "os".to_owned(), name: String::new() };
            let tail = if kind == Kind::List { ".split(\",\")" } else { "" };
            (Code::Raw(format!("os.environ[\"{variable}\"]{tail}")), vec![import])
        }
    })
}

/// Takes the literal default out of a read, so that the variable must be set.
pub(crate) fn drop_default(cx: &CheckContext<'_>, model: &SettingsModel, setting: &Setting) -> Operations {
    let node = &setting.node;
    let ([read], Some(whole)) = (node.env.as_slice(), node.at) else {
        return Err("several variables take part in the value".to_owned());
    };
    match placement(cx, model).of_value(setting, read.default_at.unwrap_or(read.at)) {
        Site::InPlace => {}
        Site::Override(_) => return require(cx, model, &setting.name, Kind::Text),
        Site::Nowhere(why) => return Err(why),
    }
    if let Some(at) = read.default_at
        && !read.at.contains(at)
        && !whole.contains(at)
    {
        // `os.getenv("X", DEFAULT_KEY)`: the default is a name, and only the read is changed.
        return match read.reader {
            Reader::Os if whole == read.at => without_default(cx, read).map(|mut operations| {
                operations.extend(unused_constant(cx, at));
                operations
            }),
            _ => out_of_scheme(cx, at),
        };
    }
    if whole == read.at {
        return without_default(cx, read);
    }
    // `os.environ.get("X") or "literal"`.
    let text = format!("({})", cx.sources.slice(whole));
    let module = parse(&text);
    match module.body() {
        [Stmt::Expr(e)] if matches!(&*e.value, Expr::BoolOp(_)) => {
            let (code, imports) = required(cx, read).ok_or("the variable is read in an unusual way")?;
            let mut operations = vec![Operation::ReplaceExpression { at: whole, with: Code::Raw(code) }];
            operations.extend(imports);
            Ok(operations)
        }
        _ => Err("the default is part of a larger expression".to_owned()),
    }
}

/// Takes away the constant that holds a default, where nothing but the read names it.
fn unused_constant(cx: &CheckContext<'_>, default: Span) -> Option<Operation> {
    let module = tree(cx.sources, default.file);
    let (statement, name) = module.body().iter().find_map(|statement| match statement {
        Stmt::Assign(assign) if assign.value.range().contains_range(default.text_range()) => {
            let [Expr::Name(name)] = assign.targets.as_slice() else { return None };
            Some((statement, name.id.to_string()))
        }
        _ => None,
    })?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let uses = |text: &str| {
        let whole =
            |at: usize| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part);
        text.match_indices(&name).filter(|(at, _)| whole(*at)).count()
    };
    // Here once where it is made and once where it is read.
    let everywhere: usize = cx.sources.iter().map(|(_, file)| uses(&file.text)).sum();
    (everywhere == 2).then(|| Operation::RemoveStatement { at: Span::new(default.file, statement.range()) })
}

/// The default of the schema `Env(X=(str, "literal"))`: the pair becomes the type alone.
fn out_of_scheme(cx: &CheckContext<'_>, default: Span) -> Operations {
    struct Pairs<'a> {
        inner: TextRange,
        found: Option<&'a ExprTuple>,
    }
    impl<'a> Visitor<'a> for Pairs<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if !expr.range().contains_range(self.inner) {
                return;
            }
            if let Expr::Tuple(pair) = expr {
                self.found = Some(pair);
            }
            walk_expr(self, expr);
        }
    }
    let module = tree(cx.sources, default.file);
    let mut pairs = Pairs { inner: default.text_range(), found: None };
    pairs.visit_body(module.body());
    match pairs.found.map(|pair| (pair, pair.elts.as_slice())) {
        Some((pair, [kind, _])) => {
            let with = Code::Raw(cx.sources.slice(Span::new(default.file, kind.range())).to_owned());
            Ok(vec![Operation::ReplaceExpression { at: Span::new(default.file, pair.range()), with }])
        }
        _ => Err("the default stands apart from the read".to_owned()),
    }
}

/// The read without its default.
fn without_default(cx: &CheckContext<'_>, read: &EnvRead) -> Operations {
    let text = cx.sources.slice(read.at);
    let module = parse(text);
    let [Stmt::Expr(statement)] = module.body() else { return Err("the read is unusual".to_owned()) };
    if let (Reader::DjangoEnviron | Reader::Environs | Reader::Decouple, Expr::Call(call)) =
        (read.reader, &*statement.value)
    {
        let default = read.default_at.ok_or("its default is not written here")?;
        let inner = TextRange::new(
            (default.range.0 - read.at.range.0).into(),
            (default.range.1 - read.at.range.0).into(),
        );
        let keyword = call.arguments.keywords.iter().map(Ranged::range);
        let argument =
            keyword.chain(call.arguments.args.iter().map(Ranged::range)).find(|r| r.contains_range(inner));
        let argument = argument.ok_or("its default is not an argument")?;
        let start = read.at.range.0;
        let argument = Span {
            file: read.at.file,
            range: (start + argument.start().to_u32(), start + argument.end().to_u32()),
        };
        return Ok(vec![Operation::RemoveArgument { call: read.at, argument }]);
    }
    let (code, imports) = required(cx, read).ok_or("the variable is read in an unusual way")?;
    let mut operations = vec![Operation::ReplaceExpression { at: read.at, with: Code::Raw(code) }];
    operations.extend(imports);
    Ok(operations)
}

/// The same read in its form that fails without the variable.
fn required(cx: &CheckContext<'_>, read: &EnvRead) -> Option<(String, Option<Operation>)> {
    let text = cx.sources.slice(read.at);
    let module = parse(text);
    let [Stmt::Expr(statement)] = module.body() else { return None };
    let Expr::Call(call) = &*statement.value else { return None };
    let callee = &text[call.func.range()];
    let import = Operation::AddImport { file: read.at.file, module: "os".to_owned(), name: String::new() };
    match read.reader {
        Reader::Os => {
            let variable = &text[call.arguments.args.first()?.range()];
            match callee.strip_suffix(".get") {
                Some(mapping) => Some((format!("{mapping}[{variable}]"), None)),
                None if callee == "os.getenv" => Some((format!("os.environ[{variable}]"), None)),
                None => Some((format!("os.environ[{variable}]"), Some(import))),
            }
        }
        Reader::DjangoEnviron | Reader::Environs | Reader::Decouple => {
            let variable = &text[call.arguments.args.first()?.range()];
            Some((format!("{callee}({variable})"), None))
        }
        Reader::Configurations => {
            let root = callee.rsplit_once('.').map(|(root, _)| format!("{root}.")).unwrap_or_default();
            (!root.is_empty()).then(|| (format!("{root}SecretValue()"), None))
        }
        Reader::DjDatabaseUrl | Reader::Dynaconf | Reader::Pydantic => None,
    }
}

/// Takes one text out of the default of a list that is read from the environment.
pub(crate) fn default_without(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    setting: &Setting,
    text: &str,
) -> Operations {
    let reads = reads_of(&setting.node);
    let [read] = reads.as_slice() else { return Err("several variables take part in the value".to_owned()) };
    let at = read.default_at.filter(|_| !read.supplied).ok_or("the default is not written in the read")?;
    let code =
        list_without(cx.sources.slice(at), text).ok_or("it does not stand in the default of the variable")?;
    match placement(cx, model).of_value(setting, at) {
        Site::InPlace => Ok(vec![Operation::ReplaceExpression { at, with: code }]),
        Site::Override(_) => require(cx, model, &setting.name, Kind::List),
        Site::Nowhere(why) => Err(why),
    }
}

/// The reads behind a value, each once.
fn reads_of(node: &Node) -> Vec<&EnvRead> {
    let mut reads = node.env_reads();
    reads.dedup_by_key(|r| r.at);
    reads.sort_by_key(|r| r.at);
    reads.dedup_by_key(|r| r.at);
    reads
}

fn list_without(default: &str, unwanted: &str) -> Option<Code> {
    let text = format!("({default})");
    let module = parse(&text);
    let [Stmt::Expr(statement)] = module.body() else { return None };
    let keep = |items: &[Expr]| -> Option<Vec<Code>> {
        let texts: Option<Vec<_>> = items
            .iter()
            .map(|e| match e {
                Expr::StringLiteral(s) => Some(s.value.to_str().to_owned()),
                _ => None,
            })
            .collect();
        let kept = texts?.into_iter().filter(|t| t.trim() != unwanted);
        Some(kept.map(Code::Str).collect::<Vec<_>>()).filter(|kept| kept.len() < items.len())
    };
    match &*statement.value {
        Expr::StringLiteral(s) => {
            let parts: Vec<_> = s.value.to_str().split(',').collect();
            let kept: Vec<_> = parts.iter().copied().filter(|part| part.trim() != unwanted).collect();
            (kept.len() < parts.len()).then(|| Code::Str(kept.join(",")))
        }
        Expr::List(list) => keep(&list.elts).map(Code::List),
        Expr::Tuple(list) => keep(&list.elts).map(Code::Tuple),
        _ => None,
    }
}
