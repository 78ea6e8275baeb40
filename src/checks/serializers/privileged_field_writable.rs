//! A serializer of accounts that takes a privilege from the caller: `is_staff`, `is_superuser`, `groups` and the like are
//! among its fields and are not read-only, and a view that is not for staff writes with it.
//!
//! <https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html>

use crate::checks::support::columns;
use crate::checks::support::guards::{self, Guard, Handlers, unclear_everywhere};
use crate::checks::support::serializers::{self, Fields};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation, Place, Position};
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::{Ancestor, ClassId, Expression, ModelName, Owner};

pub(crate) struct PrivilegedFieldWritable;

const ID: &str = "privileged-field-writable";

impl Check for PrivilegedFieldWritable {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let words = Words {
            places: "serializers of accounts",
            wrong: "take a privilege from the caller",
            right: "take no privilege",
            none: "No serializer writes accounts.",
        };
        serializers::judge_each(cx, &words, judge)
    }
}

fn judge(cx: &CheckContext<'_>, class: ClassId, tally: &mut Tally) {
    let item = cx.index.class(class);
    let is_account = match serializers::model_of(cx, class) {
        Some(ModelName::User) => true,
        Some(ModelName::Model(model)) => model.is_user,
        Some(ModelName::Library(_)) | None => false,
    };
    let Some(value) = serializers::own_meta_value(cx.index, class, "fields").filter(|_| is_account) else {
        return;
    };
    let at = item.name_at;
    let names = match serializers::fields(cx.index, class) {
        Fields::Named(names) => names,
        // The whole model is another check's.
        Fields::All => return,
        Fields::Unclear => return tally.unclear.push(Label::new(at, "its list of fields is computed")),
    };
    let Some(read_only) = serializers::read_only_names(cx, class) else {
        return tally.unclear.push(Label::new(at, "its `read_only_fields` are computed"));
    };
    let writable: Vec<&String> = names
        .iter()
        .filter(|n| {
            columns::is_privilege(n) && !read_only.contains(*n) && serializers::is_writable(cx, class, n)
        })
        .collect();
    let Some(first) = writable.first() else {
        return tally.passed.push(Label::new(at, "takes no privilege"));
    };
    let users = serializers::views_of(cx, class);
    let writing: Vec<&ClassId> = users.iter().filter(|view| serializers::writes(cx, **view)).collect();
    let guards: Vec<Guard> =
        writing.iter().map(|view| guards::of(cx, Owner::Class(**view), Handlers::Writing)).collect();
    if !users.is_empty() && guards.iter().all(Guard::is_special) {
        return tally.passed.push(Label::new(at, "only staff write with it, or nobody"));
    }
    if users.is_empty() {
        return tally
            .unclear
            .push(Label::new(at, "which views write with it is not told by `serializer_class`"));
    }
    if let Some(why) = unclear_everywhere(&guards) {
        return tally.unclear.push(Label::new(at, why));
    }
    if let Some(method) = drops(cx, class, first) {
        return tally.unclear.push(Label::new(at, format!("`{method}` may drop what is sent")));
    }
    let list = writable.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`{}` takes {list} from whoever sends it.", item.name);
    let symbol = format!("{}.{first}", cx.index.class_name(class));
    let mut finding = Finding::new(ID, symbol, Label::new(value.at, "not read-only"), message);
    finding
        .related
        .extend(users.first().map(|view| Label::new(cx.index.class(*view).name_at, "writes with it")));
    let by_hand = "Name them in `read_only_fields`, and set them only in views for staff.";
    tally.findings.push(match fix(cx, class, &writable) {
        Some(operation) => finding.fix(Fix {
            title: format!("Make {list} read-only"),
            effect: Effect::Tightens,
            effect_note: "What callers send for these fields is no longer stored.".to_owned(),
            operations: vec![operation],
        }),
        None => finding.instruction(by_hand),
    });
}

/// The method of a serializer, or of its bases in the project, that mentions a field and so may refuse it.
fn drops<'a>(cx: &CheckContext<'a>, class: ClassId, field: &str) -> Option<&'a str> {
    let order = cx.index.mro(class).order.iter();
    let classes = order.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
    let mut methods = classes.flat_map(|id| cx.index.class(id).methods.iter());
    methods.find(|m| cx.sources.slice(m.at).contains(field)).map(|m| &*m.name)
}

fn fix(cx: &CheckContext<'_>, class: ClassId, names: &[&String]) -> Option<Operation> {
    let declared = serializers::all_declared(cx.index, class);
    if names.iter().any(|n| declared.iter().any(|(_, v)| *v.name == ***n)) {
        // `read_only_fields` says nothing about declared fields.
        return None;
    }
    match serializers::own_meta_value(cx.index, class, "read_only_fields") {
        Some(value) => match (&value.value, names) {
            (Expression::List(_) | Expression::Tuple(_), [name]) => Some(Operation::AddElement {
                list: value.value_at,
                value: Code::str(name.as_str()),
                position: Position::Last,
            }),
            _ => None,
        },
        None if cx.index.meta_value(class, "read_only_fields").is_some() => None,
        None => {
            let fields = serializers::own_meta_value(cx.index, class, "fields")?;
            let names: Vec<_> = names.iter().map(|n| format!("\"{n}\"")).collect();
            Some(Operation::AddStatement {
                file: fields.at.file,
                lines: vec![format!("read_only_fields = [{}]", names.join(", "))],
                place: Place::After(fields.at),
            })
        }
    }
}
