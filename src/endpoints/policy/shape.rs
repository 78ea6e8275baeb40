//! The view of a call, whatever form it has: its class, what is put over the class, its methods.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::eval::{Action, ClassRef, Evaluator, Found, Owner, Situation};
use super::value::Kind;
use super::{function_view, methods};
use crate::endpoints::{ViewCall, ViewTarget};
use crate::index::{API_VIEW, Framework, FunctionId};
use crate::settings::{Node, Truth};
use crate::source::Span;

/// A view to be judged.
#[derive(Clone)]
pub(super) struct Shape {
    pub kind: Kind,
    /// Its dotted name.
    pub name: String,
    /// Its class; for a function under `@api_view`, DRF's `APIView`.
    pub class: Option<ClassRef>,
    /// The function, where it is one of the project.
    pub function: Option<FunctionId>,
    pub overrides: Rc<BTreeMap<String, Found>>,
    /// Upper case, sorted.
    pub methods: Vec<String>,
    pub actions: Option<BTreeMap<String, String>>,
    /// Decorators around the callback, outermost first.
    pub wrappers: Vec<String>,
    pub at: Option<Span>,
    pub problem: Option<String>,
}

impl Shape {
    pub(super) fn of(evaluator: &Evaluator<'_>, call: &ViewCall) -> Self {
        let mut shape = Self {
            kind: Kind::Django,
            name: String::new(),
            class: None,
            function: None,
            overrides: Rc::default(),
            methods: Vec::new(),
            actions: call.actions.clone(),
            wrappers: call.wrappers.clone(),
            at: None,
            problem: None,
        };
        match &call.target {
            ViewTarget::Class(id) => {
                shape.name = evaluator.index.class_name(*id);
                shape.at = Some(evaluator.index.class(*id).name_at);
                shape.set_class(evaluator, call, ClassRef::Project(*id));
            }
            ViewTarget::Function(id) => {
                shape.function = Some(*id);
                shape.at = Some(evaluator.index.function(*id).name_at);
                function_view::fill(evaluator, *id, &mut shape);
            }
            ViewTarget::External(name) => {
                let table = Framework::builtin();
                match table.view_class(name).or_else(|| table.find(name)) {
                    Some(id) => {
                        shape.name.clone_from(&table.class(id).name);
                        let class = ClassRef::Library(shape.name.as_str().into());
                        shape.set_class(evaluator, call, class);
                    }
                    None => shape.name.clone_from(name),
                }
            }
            ViewTarget::Unknown(cause) => shape.problem = Some(cause.clone()),
        }
        shape
    }

    fn set_class(&mut self, evaluator: &Evaluator<'_>, call: &ViewCall, class: ClassRef) {
        let keywords = call.initkwargs.iter().map(|(name, node)| {
            let found = Found { value: keyword(evaluator, node), owner: Owner::Keyword, at: node.at };
            (name.clone(), found)
        });
        self.overrides = Rc::new(keywords.collect());
        self.kind = match is_drf(evaluator, &class) {
            Truth::Yes => Kind::Drf,
            Truth::Maybe if call.actions.is_some() || looks_like_drf(evaluator, &class) => Kind::Drf,
            Truth::No | Truth::Maybe => Kind::Django,
        };
        self.class = Some(class);
        methods::fill(evaluator, self);
    }

    /// The situation of no particular request.
    pub(super) fn situation(&self) -> Situation {
        Situation {
            view: self.class.clone(),
            overrides: self.overrides.clone(),
            method: None,
            action: if self.actions.is_none() { Action::None } else { Action::Unknown },
            persona: None,
        }
    }

    /// The situation of a request with one of the methods.
    pub(super) fn request(&self, method: &str) -> Situation {
        let action = match &self.actions {
            None => Action::None,
            Some(actions) => match actions.get(&method.to_lowercase()) {
                Some(action) => Action::Named(action.as_str().into()),
                None if method == "OPTIONS" => Action::Named("metadata".into()),
                None => Action::Unknown,
            },
        };
        Situation { method: Some(method.into()), action, ..self.situation() }
    }

    /// The method with its action: `GET list`.
    pub(super) fn label(&self, method: &str) -> String {
        match self.actions.as_ref().and_then(|a| a.get(&method.to_lowercase())) {
            Some(action) => format!("{method} {action}"),
            None => method.to_owned(),
        }
    }
}

/// The value of a keyword. What the URLconf's reader could not tell may be a permission that is composed.
fn keyword(evaluator: &Evaluator<'_>, node: &Node) -> super::eval::Val {
    match node.at {
        Some(at) if node.has_unknown() => {
            let value = evaluator.at_place(at, evaluator.index.class_around(at));
            if value.cause().is_some() { evaluator.node(node) } else { value }
        }
        _ => evaluator.node(node),
    }
}

/// Whether a class is a DRF view.
pub(super) fn is_drf(evaluator: &Evaluator<'_>, class: &ClassRef) -> Truth {
    inherits(evaluator, class, &[API_VIEW])
}

/// Whether a class inherits from one of these.
pub(super) fn inherits(evaluator: &Evaluator<'_>, class: &ClassRef, names: &[&str]) -> Truth {
    let mut answer = Truth::No;
    for ancestor in &evaluator.mro(class).order {
        match evaluator.index.ancestor_name(ancestor) {
            Some(name) if names.contains(&name.as_str()) => return Truth::Yes,
            Some(_) => {}
            None => answer = Truth::Maybe,
        }
    }
    answer
}

/// Whether a class with an unknown base sets what only DRF reads.
fn looks_like_drf(evaluator: &Evaluator<'_>, class: &ClassRef) -> bool {
    const SIGNS: [&str; 6] = [
        "permission_classes",
        "authentication_classes",
        "throttle_classes",
        "serializer_class",
        "renderer_classes",
        "parser_classes",
    ];
    SIGNS.iter().any(|sign| {
        let owner = evaluator.class_attribute(class, sign, None).owner;
        !matches!(owner, Owner::Absent | Owner::Unknown)
    })
}
