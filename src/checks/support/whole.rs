//! Serializers and forms that take their model as a whole: what the finding says, and the fix that writes the names out.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Severity};
use crate::index::items::ValueItem;
use crate::index::{Ancestor, ClassId, Expression, Model, ModelName, Owner};
use crate::python::ast::{Expr, Stmt};
use crate::python::parse;
use crate::source::Span;

use super::columns::{self, Sensitivity};
use super::expand;
use super::guards::{self, Handlers};
use super::serializers::{self, Fields};

/// A class that takes its model as a whole.
pub(crate) struct Whole<'a> {
    /// The check.
    pub(crate) check: &'static str,
    /// The serializer or form.
    pub(crate) class: ClassId,
    /// `fields = "__all__"` or `exclude = […]` in its `Meta`.
    pub(crate) value: &'a ValueItem,
    /// The message, without a full stop.
    pub(crate) message: String,
}

impl Whole<'_> {
    /// The names that are excluded today; `None` when they cannot be told.
    fn left_out(&self, cx: &CheckContext<'_>) -> Option<Vec<String>> {
        if &*self.value.name == "exclude" { names(cx, self.class, self.value) } else { Some(Vec::new()) }
    }

    /// What writes these names; empty where nothing can.
    fn name_them(&self, cx: &CheckContext<'_>, names: &[String]) -> Vec<Operation> {
        if &*self.value.name == "exclude" {
            return replace_exclude(cx, self.value, names);
        }
        let items = names.iter().map(Code::str).collect();
        vec![Operation::ReplaceExpression { at: self.value.value_at, with: Code::List(items) }]
    }
}

/// The finding for a serializer.
pub(crate) fn of_serializer(cx: &CheckContext<'_>, whole: &Whole<'_>) -> Finding {
    let model = serializers::project_model(cx, whole.class);
    let names = model.and_then(|model| expand::of_serializer(cx, whole.class, model));
    let mut finding = finding(cx, whole, model, names, true);
    let users = serializers::views_of(cx, whole.class);
    let is_special = |view: &ClassId| guards::of(cx, Owner::Class(*view), Handlers::All).is_special();
    if !users.is_empty() && users.iter().all(is_special) {
        finding.confidence = Some(Confidence::Low);
        finding.severity = Some(Severity::Low);
    } else if users.is_empty() && finding.severity == Some(Severity::High) {
        // It may serve exports, or be a part of another one.
        finding.confidence.get_or_insert(Confidence::Med);
    }
    finding
}

/// The finding for a model form.
pub(crate) fn of_form(cx: &CheckContext<'_>, whole: &Whole<'_>) -> Finding {
    let model = serializers::project_model(cx, whole.class);
    let names = model.and_then(|model| expand::of_form(cx, model));
    finding(cx, whole, model, names, false)
}

fn finding(
    cx: &CheckContext<'_>,
    whole: &Whole<'_>,
    model: Option<&Model>,
    names: Option<Vec<String>>,
    is_sent: bool,
) -> Finding {
    let is_user = matches!(serializers::model_of(cx, whole.class), Some(ModelName::User));
    let left_out = whole.left_out(cx);
    let open = |name: &str| !left_out.iter().flatten().any(|l| l == name);
    let secret_of = |model: &Model| {
        let secret = model.fields.iter().find(|f| {
            columns::of_field(f) == Some(Sensitivity::Secret)
                && open(&f.name)
                && !is_declared_safe(cx, whole.class, &f.name)
        });
        secret.map(|f| f.name.to_string())
    };
    let secret = match model {
        Some(model) => secret_of(model),
        // Django's own user model, or one that is not found.
        None => (is_user && open("password") && !is_declared_safe(cx, whole.class, "password"))
            .then(|| "password".to_owned()),
    };
    let among =
        secret.as_ref().filter(|_| is_sent).map(|s| format!(", `{s}` among them")).unwrap_or_default();
    let message = format!("{}{among}.", whole.message);
    let mut finding = Finding::new(
        whole.check,
        format!("{}.Meta.{}", cx.index.class_name(whole.class), whole.value.name),
        Label::new(whole.value.at, "not named one by one"),
        message,
    );
    finding.severity = secret.as_ref().filter(|_| is_sent).map(|_| Severity::High);
    let names: Option<Vec<String>> = names.map(|names| names.into_iter().filter(|n| open(n)).collect());
    let excluded_unknown = names.as_ref().is_some_and(Vec::is_empty);
    let by_hand = "Write out in `fields` the names that clients need, and nothing else.";
    let Some(names) = names.filter(|_| !excluded_unknown) else { return finding.instruction(by_hand) };
    let is_secret = |name: &String| {
        let by_kind = model.and_then(|m| m.fields.iter().find(|f| *f.name == **name)).map(columns::of_field);
        by_kind.unwrap_or_else(|| columns::sensitivity(name)) == Some(Sensitivity::Secret)
            && !is_declared_safe(cx, whole.class, name)
    };
    let kept: Vec<String> = names.into_iter().filter(|n| !is_sent || !is_secret(n)).collect();
    let operations = left_out.as_ref().map_or_else(Vec::new, |_| whole.name_them(cx, &kept));
    if operations.is_empty() {
        return finding.instruction(by_hand);
    }
    let (effect, effect_note) = match &secret {
        Some(secret) if is_sent => {
            (Effect::Reshapes, format!("`{secret}` is no longer sent or taken; the other fields stay."))
        }
        _ => (
            Effect::Safe,
            "The fields are the same as today; columns that are added later stay out until they are named."
                .to_owned(),
        ),
    };
    finding.fix(Fix { title: "Name the fields one by one".to_owned(), effect, effect_note, operations })
}

/// Whether a method of the serializer takes a field out of the answer by its name: `data.pop("password")`, or `pop` for
/// each name of a list that one of its classes writes out.
fn is_popped(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    let classes = cx.index.mro(class).order.iter();
    let project: Vec<ClassId> =
        classes.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None }).collect();
    let quoted = ['"', '\''].map(|quote| format!("{quote}{name}{quote}"));
    let is_listed = || {
        project.iter().flat_map(|id| &cx.index.class(*id).attributes).any(|attribute| {
            let text = cx.sources.slice(attribute.value_at);
            quoted.iter().any(|q| text.contains(q.as_str()))
        })
    };
    let mut methods = project.iter().flat_map(|id| &cx.index.class(*id).methods);
    methods.any(|method| {
        let text = cx.sources.slice(method.at);
        matches!(&*method.name, "to_representation" | "get_fields" | "__init__")
            && (quoted.iter().any(|name| {
                text.contains(&format!("pop({name}"))
                    || text
                        .lines()
                        .any(|l| l.trim_start().starts_with("del ") && l.contains(&format!("[{name}]")))
            }) || text
                .match_indices("pop(")
                .any(|(at, pop)| text[at + pop.len()..].starts_with(|c: char| c.is_alphabetic() || c == '_'))
                && is_listed())
    })
}

/// Whether a field is declared, or set in `extra_kwargs`, as write-only, or taken out of the answer.
pub(crate) fn is_declared_safe(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    write_only_in_extra(cx, class, name)
        || is_popped(cx, class, name)
        || serializers::all_declared(cx.index, class).iter().any(|(_, value)| {
            let Expression::Call(call) = &value.value else { return false };
            &*value.name == name
                && call.keywords.iter().any(|(k, v)| &**k == "write_only" && *v == Expression::Bool(true))
        })
}

/// Whether `extra_kwargs` makes a field write-only.
pub(crate) fn write_only_in_extra(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    extra(cx, class, name, "write_only")
}

/// Whether a field is read-only by its declaration or by `Meta.read_only_fields`.
pub(crate) fn is_read_only(cx: &CheckContext<'_>, class: ClassId, name: &str) -> bool {
    let declared = serializers::all_declared(cx.index, class).into_iter().find(|(_, v)| &*v.name == name);
    if let Some((_, value)) = declared {
        return matches!(&value.value, Expression::Call(call)
            if call.keywords.iter().any(|(k, v)| &**k == "read_only" && *v == Expression::Bool(true)));
    }
    cx.index.meta_value(class, "read_only_fields").is_some_and(
        |(meta, value)| match serializers::read_fields(cx.index, meta, value) {
            Fields::Named(names) => names.iter().any(|n| n == name),
            Fields::All | Fields::Unclear => false,
        },
    )
}

/// Whether `extra_kwargs` of the `Meta` sets an option of a field to true. A dict that is not written out may.
pub(crate) fn extra(cx: &CheckContext<'_>, class: ClassId, name: &str, option: &str) -> bool {
    let Some((_, value)) = cx.index.meta_value(class, "extra_kwargs") else { return false };
    let module = parse(cx.sources.slice(value.value_at));
    let [Stmt::Expr(statement)] = module.body() else { return true };
    let Some(fields) = entries(&statement.value) else { return true };
    let is_set = |(key, value): (Option<&str>, &Expr)| {
        key.is_none_or(|key| key == option) && !matches!(value, Expr::BooleanLiteral(b) if !b.value)
    };
    fields.into_iter().any(|(key, value)| match key {
        None => true,
        Some(key) if key == name => entries(value).is_none_or(|options| options.into_iter().any(is_set)),
        Some(_) => false,
    })
}

/// The entries of `{...}` or `dict(...)`: the key, where it is a name that is written out, and the value.
fn entries(expr: &Expr) -> Option<Vec<(Option<&str>, &Expr)>> {
    match expr {
        Expr::Dict(dict) => {
            let entries = dict.items.iter().map(|item| match &item.key {
                None => Some((None, &item.value)),
                Some(Expr::StringLiteral(key)) => Some((Some(key.value.to_str()), &item.value)),
                Some(_) => None,
            });
            // A key that is no text is none of a field.
            Some(entries.flatten().collect())
        }
        Expr::Call(call)
            if call.arguments.args.is_empty()
                && call.func.as_name_expr().is_some_and(|name| name.id.as_str() == "dict") =>
        {
            let keywords = call.arguments.keywords.iter();
            Some(keywords.map(|k| (k.arg.as_deref(), &k.value)).collect())
        }
        _ => None,
    }
}

/// The names of a literal list in the `Meta` of a class.
fn names(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem) -> Option<Vec<String>> {
    match serializers::read_fields(cx.index, cx.index.meta(class)?, value) {
        Fields::Named(names) => Some(names),
        Fields::All | Fields::Unclear => None,
    }
}

/// `fields = [...]` in the place of `exclude = [...]`.
fn replace_exclude(cx: &CheckContext<'_>, value: &ValueItem, names: &[String]) -> Vec<Operation> {
    if !value.alone || value.conditional || value.augmented {
        return Vec::new();
    }
    let text = cx.sources.slice(value.at);
    if !text.starts_with("exclude") {
        return Vec::new();
    }
    let (start, file) = (value.at.range.0, value.at.file);
    let name = Span { file, range: (start, start + "exclude".len() as u32) };
    let items = names.iter().map(Code::str).collect();
    vec![
        Operation::ReplaceExpression { at: name, with: Code::Name("fields".to_owned()) },
        Operation::ReplaceExpression { at: value.value_at, with: Code::List(items) },
    ]
}

/// Why the `Meta` of a class may say more than is read: it is set on some branches, or made by a call.
pub(crate) fn meta_is_computed(cx: &CheckContext<'_>, class: ClassId) -> Option<String> {
    let value = cx.index.class(class).attribute("Meta")?;
    Some(format!("its `{}` is computed", value.name))
}

/// Whether a value is put together from lists of names, such as `Base.Meta.fields + ["x"]`: what it adds is named.
pub(crate) fn is_built_from_names(cx: &CheckContext<'_>, value: &ValueItem) -> bool {
    let module = parse(cx.sources.slice(value.value_at));
    let [Stmt::Expr(statement)] = module.body() else { return false };
    named(&statement.value)
}

fn named(expr: &Expr) -> bool {
    match expr {
        Expr::BinOp(sum) => named(&sum.left) && named(&sum.right),
        Expr::List(list) => list.elts.iter().all(named),
        Expr::Tuple(tuple) => tuple.elts.iter().all(named),
        Expr::Starred(starred) => named(&starred.value),
        Expr::StringLiteral(_) => true,
        // The `Meta` of a base is judged where it stands.
        Expr::Attribute(attribute) => attribute.attr.as_str() == "fields",
        _ => false,
    }
}

/// Whether a form is written for the admin: in its module, or named by a `ModelAdmin`.
pub(crate) fn is_for_admin(cx: &CheckContext<'_>, class: ClassId) -> bool {
    let path = cx.sources.path(cx.index.class_file(class));
    let file = path.rsplit('/').next().unwrap_or(path);
    let name = &*cx.index.class(class).name;
    let is_admin = |base: &str| base.starts_with("django.contrib.admin.");
    file.starts_with("admin")
        || path.contains("/admin/")
        || cx.index.classes().any(|(id, item)| {
            item.attributes.iter().any(|a| {
                matches!(&*a.name, "form" | "add_form")
                    && a.value.name().is_some_and(|n| n.rsplit('.').next() == Some(name))
            }) && cx.index.inherits_library(id, is_admin)
        })
}
