//! Calls: of methods of the view, of what stands behind `super()`, of functions that get the view.

use std::rc::Rc;

use super::super::{ClassRef, Found, Frame, Owner, Path, Val, find};
use super::scan::tag_of;
use super::state::{Handed, Raising, State, Tag};
use super::{Gate, answers, library};
use crate::python::Ranged as _;
use crate::python::ast::{self, Expr};
use crate::settings::routes::HTTP_METHODS;
use crate::source::Span;

/// Names of the methods to which routers send requests.
const ACTIONS: [&str; 6] = ["list", "create", "retrieve", "update", "partial_update", "destroy"];
/// Functions that only look at what they are given.
const LOOKING: [&str; 19] = [
    "bool",
    "callable",
    "delattr",
    "getattr",
    "hasattr",
    "id",
    "inspect.signature",
    "isinstance",
    "issubclass",
    "len",
    "list",
    "print",
    "repr",
    "setattr",
    "sorted",
    "str",
    "super",
    "tuple",
    "type",
];

impl Gate<'_, '_> {
    pub(super) fn call(
        &self,
        frame: &Frame<'_>,
        call: &ast::ExprCall,
        state: &mut State,
    ) -> Result<Tag, Raising> {
        let at = Some(Span::new(frame.file, call.range()));
        if let Expr::Name(name) = &*call.func
            && name.id.as_str() == "super"
            && !state.path.locals.contains_key("super")
        {
            let mut path = state.path.clone();
            let found = self.evaluator.call(frame, call, &mut path);
            return Ok(match found.map(|value| tag_of(&value)) {
                Ok(tag @ Tag::Super(_)) => tag,
                _ => Tag::Handler,
            });
        }
        if let Expr::Attribute(method) = &*call.func {
            let base = self.scan(frame, &method.value, state)?;
            let given = self.given(frame, &call.arguments, state)?;
            let name = method.attr.as_str();
            return match base {
                Tag::Me => self.of_me(name, &given, state, at),
                Tag::Super(behind) => {
                    let found = self.look_behind(ClassRef::Project(behind), name);
                    self.method(&found, name, &given, state, at)
                }
                Tag::Refuser => Ok(Tag::Harmless),
                base if base.reaches() => {
                    self.may_reach("the handler may be called", at, state);
                    Ok(Tag::Nothing)
                }
                _ => match self.as_method_of_base(frame, &method.value, name, &given, state) {
                    Some((found, given)) => self.method(&found, name, &given, state, at),
                    None => self.other(frame, call, &given, state),
                },
            };
        }
        let callee = self.scan(frame, &call.func, state)?;
        let given = self.given(frame, &call.arguments, state)?;
        self.of_tag(&callee, &given, state, at).unwrap_or_else(|| self.other(frame, call, &given, state))
    }

    /// A method of the view.
    pub(super) fn of_me(
        &self,
        name: &str,
        given: &Handed,
        state: &mut State,
        at: Option<Span>,
    ) -> Result<Tag, Raising> {
        if name == "dispatch" {
            // It comes in at the front once more.
            return Ok(Tag::Harmless);
        }
        let held = state.tags.get(&*format!("self.{name}")).cloned();
        if let Some(tag) = held
            && let Some(result) = self.of_tag(&tag, given, state, at)
        {
            return result;
        }
        let found = self.look(name);
        self.method(&found, name, given, state, at)
    }

    /// A call of what a tag stands for; `None` where it stands for nothing that can be called.
    fn of_tag(
        &self,
        callee: &Tag,
        given: &Handed,
        state: &mut State,
        at: Option<Span>,
    ) -> Option<Result<Tag, Raising>> {
        match callee {
            Tag::Handler => {
                self.reach("the handler is called", at, state);
                Some(Ok(Tag::Harmless))
            }
            Tag::Below(rest) => {
                let mut given = given.clone();
                let is_me = given
                    .positional
                    .first()
                    .is_some_and(|(tag, value)| *tag == Tag::Me || *value == Val::View);
                if !is_me {
                    self.may_reach("what a decorator calls cannot be told", at, state);
                    return Some(Ok(Tag::Nothing));
                }
                given.positional.remove(0);
                Some(self.decorated(&rest.0, rest.1, &given, state))
            }
            Tag::Inner(closure) => Some(self.closure(closure, given, state)),
            Tag::Me | Tag::Super(_) => {
                self.may_reach("the view itself is called", at, state);
                Some(Ok(Tag::Nothing))
            }
            Tag::Nothing | Tag::Refuser | Tag::Harmless | Tag::Unclear(_) => None,
        }
    }

    /// `Base.dispatch(self, request)`.
    fn as_method_of_base(
        &self,
        frame: &Frame<'_>,
        base: &Expr,
        name: &str,
        given: &Handed,
        state: &State,
    ) -> Option<(Found, Handed)> {
        let (Tag::Me, _) = given.positional.first()? else { return None };
        let value = self.evaluator.expr(frame, base, &mut state.path.clone()).ok()?;
        let Val::Class(class) = value else { return None };
        self.evaluator.note_class();
        let order = self.evaluator.mro(self.class);
        let is_base = order.order.iter().any(|a| super::super::lookup::is(a, &class));
        let mut given = given.clone();
        given.positional.remove(0);
        is_base.then(|| (self.evaluator.class_attribute(&class, name, None), given))
    }

    /// A method that was found on a class of the view.
    pub(super) fn method(
        &self,
        found: &Found,
        name: &str,
        given: &Handed,
        state: &mut State,
        at: Option<Span>,
    ) -> Result<Tag, Raising> {
        let unknown = |state: &State| {
            self.may_reach(format!("`{name}` is not followed"), at.or(found.at), state);
            Ok(Tag::Unclear(at))
        };
        match &found.owner {
            Owner::Class(_) if self.is_handler(name) => {
                self.reach("the handler is called", at, state);
                Ok(Tag::Harmless)
            }
            Owner::Class(ClassRef::Library(library)) => self.of_library(library, name, given, state, at),
            Owner::Class(ClassRef::Project(_)) => match &found.value {
                // Its answer is to an exception: what was asked for is not in it.
                Val::Code(code) if name == "handle_exception" => {
                    self.decorated(code, 0, given, state).map(|_| Tag::Harmless)
                }
                Val::Code(code) => self.decorated(code, 0, given, state),
                Val::Function(id) => {
                    let item = self.evaluator.index.function(*id);
                    let tree = self.evaluator.index.tree(self.evaluator.sources, item.at.file);
                    match find::function(tree.body(), item.at.text_range()) {
                        Some(function) if function.decorator_list.is_empty() => {
                            let code = self.evaluator.function_code(*id);
                            self.body(&code, given, state)
                        }
                        _ => unknown(state),
                    }
                }
                _ => unknown(state),
            },
            Owner::Absent => self.of_library("", name, given, state, at),
            // The table of library classes leaves these out: behind a base of which nothing is known they are what
            // they are in DRF.
            Owner::Unknown if library::is_plain(name) => self.of_library("", name, given, state, at),
            _ => unknown(state),
        }
    }

    fn is_handler(&self, name: &str) -> bool {
        let of_request = match self.evaluator.action(self.situation) {
            super::super::Action::Named(action) => &**action == name,
            _ => false,
        };
        of_request || HTTP_METHODS.contains(&name) || ACTIONS.contains(&name)
    }

    /// A call of something that is no method of the view.
    fn other(
        &self,
        frame: &Frame<'_>,
        call: &ast::ExprCall,
        given: &Handed,
        state: &mut State,
    ) -> Result<Tag, Raising> {
        let at = Span::new(frame.file, call.range());
        let callee = self
            .evaluator
            .fresh(|| self.evaluator.expr(frame, &call.func, &mut state.path.clone()).unwrap_or(Val::Never));
        let library = match &callee {
            Val::Library(name) => Some(name.strip_prefix("builtins.").unwrap_or(name).to_owned()),
            Val::Class(ClassRef::Library(name)) => Some(name.to_string()),
            _ => None,
        };
        let library = library.or_else(|| match &*call.func {
            Expr::Name(name)
                if LOOKING.contains(&name.id.as_str())
                    && !state.path.locals.contains_key(name.id.as_str()) =>
            {
                Some(name.id.to_string())
            }
            _ => None,
        });
        if let Some(name) = &library {
            if answers::is_refuser(name) {
                return Ok(Tag::Refuser);
            }
            if let Some(tag) = answers::of_library(self, frame, name, call, state) {
                return Ok(tag);
            }
            if LOOKING.contains(&&**name) {
                let takes = given.reaches() && matches!(&**name, "getattr" | "list" | "tuple" | "sorted");
                return Ok(if takes { Tag::Handler } else { Tag::Nothing });
            }
        }
        if let Val::Function(id) = &callee
            && (given.reaches() || answers::may_answer(self.evaluator, *id))
        {
            let code = self.evaluator.function_code(*id);
            return if code.opaque.is_some() && !given.reaches() {
                Ok(Tag::Unclear(Some(at)))
            } else if code.opaque.is_some() {
                self.may_reach("a decorated function gets the view", Some(at), state);
                Ok(Tag::Unclear(Some(at)))
            } else {
                self.function(&code, given, state)
            };
        }
        if given.reaches() {
            let written = self.evaluator.written(Span::new(frame.file, call.func.range()));
            self.may_reach(format!("`{written}` gets the view and is not followed"), Some(at), state);
        }
        Ok(Tag::Unclear(Some(at)))
    }

    /// What a call is given, in order.
    fn given(
        &self,
        frame: &Frame<'_>,
        arguments: &ast::Arguments,
        state: &mut State,
    ) -> Result<Handed, Raising> {
        let mut given = Handed::default();
        let quiet = |frame: &Frame<'_>, expr: &Expr, path: &mut Path| {
            self.known(frame, expr, path).unwrap_or(Val::Never)
        };
        for argument in &arguments.args {
            let tag = self.scan(frame, argument, state)?;
            let value = quiet(frame, argument, &mut state.path);
            if !argument.is_starred_expr() {
                given.positional.push((tag, value));
                continue;
            }
            let Some(items) = value.elements() else {
                given.open = true;
                if tag.reaches() {
                    given.positional.push((Tag::Handler, Val::unknown("it is unpacked")));
                }
                continue;
            };
            let known = items.iter().take_while(|item| !matches!(item, Val::Rest(_)));
            given.positional.extend(known.map(|item| (tag_of(item), item.clone())));
            given.open |= items.iter().any(|item| matches!(item, Val::Rest(_)));
        }
        for keyword in &arguments.keywords {
            let tag = self.scan(frame, &keyword.value, state)?;
            let value = quiet(frame, &keyword.value, &mut state.path);
            if let Some(name) = &keyword.arg {
                given.keywords.push((name.as_str().into(), tag, value));
                continue;
            }
            given.open = true;
            if tag.reaches() {
                given.keywords.push(("**".into(), Tag::Handler, value));
            }
        }
        Ok(given)
    }

    /// The dotted name of what an expression names in a library.
    pub(super) fn library_name(&self, frame: &Frame<'_>, expr: &Expr, state: &State) -> Option<Rc<str>> {
        match self.evaluator.expr(frame, expr, &mut state.path.clone()) {
            Ok(Val::Library(name) | Val::Class(ClassRef::Library(name))) => Some(name),
            _ => None,
        }
    }
}
