//! What is done to classes behind their `class` statements, and to views while they are set up: by other statements of
//! the module, by other modules, by functions, by methods such as `__init_subclass__` and `setup`.
//!
//! Only a plain assignment in the class's own module is followed; all else makes the attribute unknown, or the way to the
//! handler.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::body::{Entry, Namespace, speaks_of_policy};
use super::{ClassRef, Evaluator, Val};
use crate::endpoints::is_test;
use crate::index::items::{ChangeItem, Changed};
use crate::index::{Ancestor, ClassId, Entity, Expression, FunctionId, ProjectIndex, Resolution};
use crate::source::{FileId, Sources, Span};

/// Attributes that say on the view itself who gets in.
const ON_VIEW: [&str; 5] =
    ["action", "action_map", "dispatch", "authentication_classes", "permission_classes"];

/// Methods that nothing calls before the permissions were asked, beside the handlers.
const LATER: [&str; 9] = [
    "filter_queryset",
    "finalize_response",
    "get_object",
    "get_permissions",
    "get_queryset",
    "get_serializer",
    "get_serializer_class",
    "get_serializer_context",
    "handle_exception",
];

/// What is done to classes from outside of their bodies.
#[derive(Default)]
pub(super) struct Changes {
    /// To a class, by statements elsewhere.
    to: FxHashMap<ClassRef, Vec<Change>>,
    /// By the code of a class to itself, its subclasses or its instances.
    own: FxHashMap<ClassId, Vec<OwnChange>>,
    /// To the view classes that `@api_view` makes of functions.
    of_functions: FxHashMap<FunctionId, Vec<Change>>,
    /// To every class there may be, since the code does not tell to which; the attribute, and why.
    to_any: Vec<(Box<str>, Rc<str>)>,
}

struct Change {
    attribute: Option<Box<str>>,
    at: Span,
    /// The new value, where the statement surely runs and stands in the class's own module.
    value_at: Option<Span>,
}

struct OwnChange {
    method: Option<Box<str>>,
    attribute: Option<Box<str>>,
    at: Span,
    /// Whether the class is changed rather than an instance.
    to_class: bool,
}

impl Changes {
    /// Of all files but those of tests.
    pub(super) fn of(index: &ProjectIndex, sources: &Sources) -> Self {
        let mut changes = Self::default();
        for items in index.files() {
            if items.changes.is_empty() || is_test(sources.path(items.file)) {
                continue;
            }
            for item in &items.changes {
                changes.note(index, sources, items.file, item);
            }
        }
        changes
    }

    fn note(&mut self, index: &ProjectIndex, sources: &Sources, file: FileId, item: &ChangeItem) {
        match &item.of {
            Changed::Object | Changed::OwnClass | Changed::Body => self.note_own(index, item),
            Changed::Name(name) => self.note_named(index, file, item, name),
            Changed::Passed(callee, argument) => {
                let Resolution::Resolved(Entity::Function(id)) = index.resolve_at(item.at, callee) else {
                    return;
                };
                if speaks_of_policy(sources, index.function(id).at) {
                    self.note_named(index, file, item, argument);
                }
            }
            Changed::Each(over) => match (elements(index, item.at, over, 0), &item.attribute) {
                (Some(names), _) => {
                    for name in &names {
                        self.note_named(index, file, item, name);
                    }
                }
                (None, Some(attribute)) if ON_VIEW[3..].contains(&&**attribute) => {
                    let path = sources.path(file);
                    let cause = format!("a loop in {path} may set its `{attribute}`");
                    self.to_any.push((attribute.clone(), cause.into()));
                }
                (None, _) => {}
            },
        }
    }

    fn note_named(&mut self, index: &ProjectIndex, file: FileId, item: &ChangeItem, name: &str) {
        let find = |name: &str| {
            if item.in_function { index.resolve(file, name) } else { index.resolve_at(item.at, name) }
        };
        if let Some(Resolution::Resolved(Entity::Function(id))) = name.strip_suffix(".cls").map(find) {
            let change = Change { attribute: item.attribute.clone(), at: item.at, value_at: None };
            self.of_functions.entry(id).or_default().push(change);
            return;
        }
        let found = find(name);
        let class = match found {
            Resolution::Resolved(Entity::Class(id)) => ClassRef::Project(id),
            Resolution::External(name) if name.starts_with("rest_framework.") => {
                ClassRef::Library(name.as_str().into())
            }
            _ => return,
        };
        let is_here = matches!(&class, ClassRef::Project(id) if index.class_file(*id) == file);
        let change = Change {
            attribute: item.attribute.clone(),
            at: item.at,
            value_at: item
                .value_at
                .filter(|_| is_here && item.is_sure && matches!(item.of, Changed::Name(_))),
        };
        self.to.entry(class).or_default().push(change);
    }

    fn note_own(&mut self, index: &ProjectIndex, item: &ChangeItem) {
        let Some(class) = index.class_around(item.at) else { return };
        let method = index.class(class).methods.iter().find(|m| m.at.contains(item.at));
        if item.of != Changed::Body && method.is_none() {
            return;
        }
        let change = OwnChange {
            method: method.map(|m| m.name.clone()),
            attribute: item.attribute.clone(),
            at: item.at,
            to_class: item.of == Changed::OwnClass,
        };
        self.own.entry(class).or_default().push(change);
    }
}

/// The names in what a loop runs over: a list as written, or a name bound to one.
fn elements(index: &ProjectIndex, at: Span, over: &Expression, depth: usize) -> Option<Vec<Box<str>>> {
    const MAX_NAMES: usize = 4;
    if let Expression::Name(name) = over {
        let Resolution::Resolved(Entity::Value(file, position)) = index.resolve_at(at, name) else {
            return None;
        };
        let value =
            index.value(file, position).filter(|v| file == at.file && !v.augmented && depth < MAX_NAMES)?;
        return elements(index, value.at, &value.value, depth + 1);
    }
    over.elements()?.iter().map(|e| e.name().map(Into::into)).collect()
}

impl Evaluator<'_> {
    fn changes(&self) -> &Changes {
        self.changes.get_or_init(|| Changes::of(self.index, self.sources))
    }

    /// Puts what is done to a class over what its body says.
    pub(super) fn change(&self, id: ClassId, namespace: &mut Namespace) {
        let changes = self.changes();
        if let Some(to) = changes.to.get(&ClassRef::Project(id)) {
            for change in to {
                self.change_by(id, change, namespace);
            }
        }
        for ancestor in &self.index.mro(id).order {
            let Ancestor::Project(base) = ancestor else { continue };
            for own in changes.own.get(base).into_iter().flatten() {
                Self::change_itself(id, *base, own, namespace);
            }
        }
    }

    fn change_by(&self, id: ClassId, change: &Change, namespace: &mut Namespace) {
        let name = &self.index.class(id).name;
        let Some(attribute) = &change.attribute else {
            namespace.opaque = Some(format!("{} may change `{name}`", self.place(change.at)).into());
            return;
        };
        let value =
            change.value_at.map(|at| self.at_place(at, None)).filter(|value| !matches!(value, Val::Code(_)));
        let value = value.unwrap_or_else(|| {
            Val::unknown(format!("{} changes `{attribute}` of `{name}`", self.place(change.at)))
        });
        let entry = Entry { alternatives: vec![("".into(), Some(value))], at: change.at };
        namespace.names.insert((**attribute).into(), entry);
    }

    /// What the code of `base` does to the class, when it is made or used.
    fn change_itself(id: ClassId, base: ClassId, own: &OwnChange, namespace: &mut Namespace) {
        let by = format!("`{}`", own.method.as_deref().unwrap_or("the class body"));
        let for_subclasses = own.method.as_deref() == Some("__init_subclass__");
        if own.method.is_none() {
            if id == base {
                namespace.opaque = Some("the class body changes its own names".into());
            }
        } else if own.to_class || for_subclasses {
            let counts = !(for_subclasses && id == base);
            match &own.attribute {
                Some(attribute) if counts => {
                    let value = Val::unknown(format!("{by} changes `{attribute}` of the class"));
                    let entry = Entry { alternatives: vec![("".into(), Some(value))], at: own.at };
                    namespace.names.insert((**attribute).into(), entry);
                }
                None if counts => namespace.opaque = Some(format!("{by} may change the class").into()),
                _ => {}
            }
        } else if id == base
            && own.attribute.as_deref().is_none_or(|a| ON_VIEW.contains(&a))
            && own.method.as_deref().is_some_and(comes_before)
        {
            let what = own.attribute.as_deref().map_or("what is computed".to_owned(), |a| format!("`{a}`"));
            namespace.guarded = Some(format!("{by} sets {what} on the view itself").into());
        }
    }

    /// What is done to a library's class, or to classes that cannot be told: why an attribute of it is not known.
    pub(super) fn changed_elsewhere(&self, library: Option<&str>, name: &str) -> Option<Rc<str>> {
        let changes = self.changes();
        if let Some((_, cause)) = changes.to_any.iter().find(|(attribute, _)| **attribute == *name) {
            return Some(cause.clone());
        }
        if changes.to.is_empty() {
            return None;
        }
        let class = ClassRef::Library(library?.into());
        let by = changes.to.get(&class)?.iter().find(|c| c.attribute.as_deref().is_none_or(|a| a == name))?;
        Some(format!("{} changes `{name}` of a library's class", self.place(by.at)).into())
    }

    /// The attributes of a function view's class that are changed afterwards, and why they are not known.
    pub(crate) fn changed_function(&self, id: FunctionId) -> Vec<(String, String)> {
        let changes = self.changes().of_functions.get(&id).into_iter().flatten();
        let told = |c: &Change| {
            let attribute = c.attribute.as_deref().unwrap_or("permission_classes");
            (attribute.to_owned(), format!("{} changes `{attribute}`", self.place(c.at)))
        };
        changes.map(told).collect()
    }

    fn place(&self, at: Span) -> String {
        format!("line {} of {}", self.sources.line(at), self.sources.path(at.file))
    }
}

/// Whether a method may run before the permissions are asked.
fn comes_before(method: &str) -> bool {
    let is_handler = crate::settings::routes::HTTP_METHODS.contains(&method)
        || matches!(method, "list" | "create" | "retrieve" | "update" | "partial_update" | "destroy")
        || method.starts_with("perform_")
            && method != "perform_authentication"
            && method != "perform_content_negotiation";
    !is_handler && !LATER.contains(&method)
}
