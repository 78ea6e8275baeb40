//! Where an attribute of a class comes from, with its value: the class bodies in method resolution order, then
//! the library's table, then `REST_FRAMEWORK`.

use std::rc::Rc;

use super::{ClassRef, Evaluator, Situation, Val};
use crate::index::{Ancestor, Framework, FrameworkClass, FrameworkValue, Mro, ProjectIndex};
use crate::settings::SettingOrigin;
use crate::source::Span;

/// An attribute with its value.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub value: Val,
    pub owner: Owner,
    pub at: Option<Span>,
}

/// Who gives an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Owner {
    /// Keywords of `as_view` or `@action`.
    Keyword,
    /// A decorator of a function view.
    Decorator,
    /// A class.
    Class(ClassRef),
    /// A key of `REST_FRAMEWORK`.
    Setting(SettingOrigin),
    /// Nobody: there is no such attribute.
    Absent,
    /// It cannot be told.
    Unknown,
}

impl Found {
    pub(crate) fn unknown(cause: impl AsRef<str>) -> Self {
        Self { value: Val::unknown(cause), owner: Owner::Unknown, at: None }
    }

    /// Whether it is computed each time somebody asks for it.
    pub(crate) fn is_property(&self) -> bool {
        matches!(&self.value, Val::Code(code) if code.kind == super::CodeKind::Property)
    }
}

impl Evaluator<'_> {
    /// An attribute of the view of a situation.
    pub(crate) fn view_attribute(&self, situation: &Situation, name: &str) -> Found {
        if let Some(found) = situation.overrides.get(name) {
            return found.clone();
        }
        match &situation.view {
            Some(class) => self.class_attribute(class, name, None),
            None => Found::unknown("the view is not known"),
        }
    }

    /// An attribute of a class; what `super()` finds when the search begins behind a class.
    pub(crate) fn class_attribute(&self, class: &ClassRef, name: &str, after: Option<&ClassRef>) -> Found {
        if after.is_some() {
            return self.looked_up(class, name, after);
        }
        if let Some(known) = self.attributes.borrow().get(class).and_then(|names| names.get(name)) {
            return known.clone();
        }
        let found = self.looked_up(class, name, None);
        if self.bodies.get() == 0 {
            let mut known = self.attributes.borrow_mut();
            known.entry(class.clone()).or_default().insert(name.into(), found.clone());
        }
        found
    }

    fn looked_up(&self, class: &ClassRef, name: &str, after: Option<&ClassRef>) -> Found {
        let mro = self.mro(class);
        if let Some(problem) = &mro.problem {
            return Found::unknown(problem);
        }
        if let Some(cause) = self.changed_elsewhere(None, name) {
            return Found::unknown(cause);
        }
        let order = &mro.order[..];
        let start = match after {
            None => 0,
            Some(after) => match order.iter().position(|a| is(a, after)) {
                Some(position) => position + 1,
                None => return Found::unknown("`super()` stands in a class that is no base"),
            },
        };
        self.search(&order[start..], name)
    }

    /// The method resolution order of a class.
    pub(crate) fn mro(&self, class: &ClassRef) -> Rc<Mro> {
        if let Some(order) = self.orders.borrow().get(class) {
            return order.clone();
        }
        let order = match class {
            ClassRef::Project(id) => Rc::new(self.index.mro(*id).clone()),
            ClassRef::Library(name) => {
                let mut mro = ProjectIndex::library_mro(name);
                if mro.order.is_empty() {
                    let cause = format!("nothing is known of the library class `{name}`");
                    mro.order = [Ancestor::Unknown(cause.into())].into();
                }
                Rc::new(mro)
            }
        };
        self.orders.borrow_mut().insert(class.clone(), order.clone());
        order
    }

    fn search(&self, order: &[Ancestor], name: &str) -> Found {
        for (position, ancestor) in order.iter().enumerate() {
            match ancestor {
                Ancestor::Project(id) => {
                    let namespace = self.namespace(*id);
                    if let Some(cause) = &namespace.opaque {
                        return Found::unknown(cause);
                    }
                    let Some(entry) = namespace.names.get(name) else { continue };
                    let owner = Owner::Class(ClassRef::Project(*id));
                    let at = Some(entry.at);
                    if entry.alternatives.iter().all(|(_, v)| v.is_some()) {
                        let all = entry.alternatives.iter();
                        let all = all.map(|(w, v)| (w.clone(), v.clone().unwrap_or(Val::Never))).collect();
                        return Found { value: Val::either(all), owner, at };
                    }
                    // On some branches the body leaves it to the bases.
                    let rest = self.search(&order[position + 1..], name).value;
                    let all = entry.alternatives.iter();
                    let all = all.map(|(w, v)| (w.clone(), v.clone().unwrap_or_else(|| rest.clone())));
                    return Found { value: Val::either(all.collect()), owner, at };
                }
                Ancestor::Framework(id) => {
                    let library = Framework::builtin().class(*id);
                    if let Some(cause) = self.changed_elsewhere(Some(&library.name), name) {
                        return Found::unknown(cause);
                    }
                    if let Some(found) = self.library_attribute(library, name) {
                        return found;
                    }
                }
                Ancestor::Plain(_) => {}
                Ancestor::Unknown(cause) => return Found::unknown(cause),
            }
        }
        Found { value: Val::None, owner: Owner::Absent, at: None }
    }

    fn library_attribute(&self, class: &'static FrameworkClass, name: &str) -> Option<Found> {
        let owner = || Owner::Class(ClassRef::Library(class.name.as_str().into()));
        if class.methods.iter().any(|m| m == name) {
            let method = (class.name.as_str().into(), name.into(), Val::None);
            return Some(Found { value: Val::Inherited(Rc::new(method)), owner: owner(), at: None });
        }
        if class.name.starts_with("drf_spectacular.views.") && class.attributes.contains_key(name) {
            let key = match name {
                "permission_classes" => Some("SERVE_PERMISSIONS"),
                "authentication_classes" => Some("SERVE_AUTHENTICATION"),
                _ => None,
            };
            // Without a list of its own it takes the project's authenticators.
            let found = key.map(|key| self.spectacular(key)).filter(|(value, _)| *value != Val::None);
            if let Some((value, at)) = found {
                return Some(Found { value, owner: owner(), at });
            }
        }
        let is_class = name.ends_with("_class") || name.ends_with("_classes") || name == "filter_backends";
        let one = |text: &str| if is_class { self.library(text) } else { Val::str(text) };
        let value = match class.attributes.get(name)? {
            FrameworkValue::One(text) if text == "None" => Val::None,
            FrameworkValue::One(text) if text == "computed" => {
                Val::unknown(format!("`{}` computes `{name}`", class.name))
            }
            FrameworkValue::One(text) => match text.strip_prefix("settings:") {
                Some(key) => return Some(self.api_setting(key)),
                None => one(text),
            },
            FrameworkValue::List(items) => Val::list(items.iter().map(|i| one(i)).collect()),
        };
        Some(Found { value, owner: owner(), at: None })
    }
}

pub(super) fn is(ancestor: &Ancestor, class: &ClassRef) -> bool {
    match (ancestor, class) {
        (Ancestor::Project(a), ClassRef::Project(b)) => a == b,
        (Ancestor::Framework(id), ClassRef::Library(name)) => Framework::builtin().class(*id).name == **name,
        _ => false,
    }
}
