//! Functions of the project: binding arguments, running the body, joining its ways.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::call::Arguments;
use super::decoration::Decoration;
use super::val::both;
use super::{
    Bound, Code, CodeKind, End, Ended, Evaluator, Frame, FrameKind, Outcome, Path, Raised, Situation, Val,
    find,
};
use crate::index::{ClassId, Entity};
use crate::python::Ranged as _;
use crate::python::ast::{self, Expr};
use crate::settings::Truth;
use crate::source::Span;

impl Evaluator<'_> {
    /// All ways through a function of the project.
    pub(super) fn run(
        &self,
        situation: &Situation,
        code: &Code,
        this: Option<Val>,
        arguments: Arguments,
        state: &BTreeMap<Rc<str>, Val>,
    ) -> Vec<Ended> {
        let lost = |cause: &str| {
            let path = Path { may_raise: true, state: state.clone(), ..Path::default() };
            vec![Ended { path, end: End::Return(Val::unknown(cause)) }]
        };
        if let Some(cause) = &code.opaque {
            return lost(cause);
        }
        let tree = self.index.tree(self.sources, code.at.file);
        let text = self.sources.slice(code.at);
        if text.contains("yield") || text.contains("async def") {
            return lost("it is a generator or a coroutine");
        }
        let frame = Frame {
            situation,
            file: code.at.file,
            kind: FrameKind::Function(code.class, code.at),
            this: this.clone(),
        };
        let mut path = Path { state: state.clone(), ..Path::default() };
        for (name, value) in &code.captured {
            path.locals.insert(name.clone(), Bound { value: value.clone(), at: code.at });
        }
        let ways = self.deeper(|| {
            if let Some(function) = find::function(tree.body(), code.at.text_range()) {
                self.bind_parameters(&frame, Some(&function.parameters), this, arguments, &mut path);
                return Some(self.block(&frame, &function.body, path));
            }
            let Some(Expr::Lambda(lambda)) = find::expression(tree.body(), code.at.text_range()) else {
                return None;
            };
            self.bind_parameters(&frame, lambda.parameters.as_deref(), this, arguments, &mut path);
            let value = self.expr(&frame, &lambda.body, &mut path);
            let end = value.map_or_else(|raised| End::Raise(raised.0), End::Return);
            Some(vec![Ended { path, end }])
        });
        ways.flatten().unwrap_or_else(|| lost("the calls are nested too deep"))
    }

    pub(super) fn bind_parameters(
        &self,
        frame: &Frame<'_>,
        parameters: Option<&ast::Parameters>,
        this: Option<Val>,
        arguments: Arguments,
        path: &mut Path,
    ) {
        let Some(parameters) = parameters else { return };
        let mut positional = this.into_iter().chain(arguments.positional);
        let mut keywords = arguments.keywords;
        let mut given = |name: &str| {
            let position = keywords.iter().position(|(k, _)| &**k == name)?;
            Some(keywords.remove(position).1)
        };
        let bind = |path: &mut Path, parameter: &ast::Parameter, value: Val| {
            let at = Span::new(frame.file, parameter.range());
            path.locals.insert(parameter.name.as_str().into(), Bound { value, at });
        };
        let with_default = parameters.posonlyargs.iter().chain(&parameters.args);
        let mut late = Vec::new();
        for parameter in with_default {
            match positional.next() {
                Some(value) => bind(path, &parameter.parameter, value),
                None => late.push(parameter),
            }
        }
        late.extend(&parameters.kwonlyargs);
        for parameter in late {
            let value = match given(parameter.parameter.name.as_str()) {
                Some(value) => value,
                None if arguments.open => Val::unknown("its argument is computed"),
                None => match &parameter.default {
                    Some(default) => {
                        let outer = Frame { kind: FrameKind::Module, this: None, ..frame.clone() };
                        let mut none = Path::default();
                        self.expr(&outer, default, &mut none).unwrap_or(Val::unknown("its default"))
                    }
                    None => Val::unknown("its argument is not known"),
                },
            };
            bind(path, &parameter.parameter, value);
        }
        if let Some(rest) = &parameters.vararg {
            let mut all: Vec<Val> = positional.collect();
            if arguments.open {
                all.push(Val::Rest("the arguments are computed".into()));
            }
            bind(path, rest, Val::Tuple(Rc::new(all)));
        }
        if let Some(rest) = &parameters.kwarg {
            bind(path, rest, Val::unknown("its keywords are not followed"));
        }
    }

    /// The code of a module-level function.
    pub(super) fn function_code(&self, id: crate::index::FunctionId) -> Code {
        let item = self.index.function(id);
        let tree = self.index.tree(self.sources, item.at.file);
        let decorated = find::function(tree.body(), item.at.text_range()).is_some_and(|function| {
            function.is_async
                || function
                    .decorator_list
                    .iter()
                    .any(|d| !matches!(self.decorator(item.at.file, &d.expression), Decoration::Same))
        });
        let opaque = decorated.then(|| format!("`{}` is decorated", item.name).into());
        Code { at: item.at, class: None, kind: CodeKind::Static, opaque, captured: Vec::new() }
    }

    /// Every way through a method of the view, as the situation sees it, with the state it starts from.
    pub(crate) fn run_view_method(&self, situation: &Situation, name: &str) -> Option<(Vec<Ended>, Span)> {
        let found = self.view_attribute(situation, name);
        let arguments = Arguments::unknown();
        match &found.value {
            Val::Code(code) => {
                let ways =
                    self.fresh(|| self.run(situation, code, Some(Val::View), arguments, &BTreeMap::new()));
                Some((ways, found.at.unwrap_or(code.at)))
            }
            _ => None,
        }
    }

    /// Whether the method at a place calls another of its own object, in a statement of its own that nothing returns before.
    pub(crate) fn calls_itself_first(&self, at: Span, name: &str) -> bool {
        let tree = self.index.tree(self.sources, at.file);
        let Some(function) = find::function(tree.body(), at.text_range()) else { return false };
        let calls = |stmt: &ast::Stmt| {
            let call = stmt.as_expr_stmt().and_then(|expr| expr.value.as_call_expr());
            call.and_then(|call| call.func.as_attribute_expr()).is_some_and(|method| {
                &method.attr == name && method.value.as_name_expr().is_some_and(|n| n.id == "self")
            })
        };
        let returns =
            |stmt: &ast::Stmt| self.sources.slice(Span::new(at.file, stmt.range())).contains("return");
        function.body.iter().take_while(|stmt| !returns(stmt)).any(calls)
    }

    /// The truth of what a method of the view gives; an exception is no.
    pub(crate) fn view_test(&self, situation: &Situation, name: &str) -> Truth {
        let Some((ways, _)) = self.run_view_method(situation, name) else { return Truth::Maybe };
        let truth = |w: &Ended| match w.result() {
            Val::Never => Truth::No,
            value => value.truth(),
        };
        let mut answers = ways.iter().map(truth);
        let first = answers.next().unwrap_or(Truth::Maybe);
        if answers.all(|a| a == first) { first } else { Truth::Maybe }
    }

    /// Whether an authenticator of the project gives every request a user: no way through `authenticate` gives
    /// `None` or raises.
    pub(crate) fn never_declines(&self, situation: &Situation, class: &super::ClassRef) -> bool {
        let found = self.class_attribute(class, "authenticate", None);
        let Val::Code(code) = &found.value else { return false };
        // The view is not at hand there.
        let asked = (class.clone(), situation.method.clone(), situation.persona);
        if let Some(answer) = self.authenticators.borrow().get(&asked) {
            return *answer;
        }
        let this = Val::Instance(Rc::new(Val::Class(class.clone())));
        let arguments = Arguments::of(vec![Val::Request]);
        let ways = self.fresh(|| self.run(situation, code, Some(this), arguments, &BTreeMap::new()));
        let body = self.sources.slice(code.at).split_once("):").map_or("", |(_, body)| body);
        let looks = body.contains("request");
        let answer = ways.iter().all(|w| {
            !(looks && w.path.may_raise)
                && matches!(&w.end, End::Return(value) if value.truth() == Truth::Yes)
        });
        self.authenticators.borrow_mut().insert(asked, answer);
        answer
    }

    /// The class in whose body a method of a class is written, when the project writes it.
    pub(crate) fn project_method(&self, class: &super::ClassRef, name: &str) -> Option<(ClassId, Span)> {
        let found = self.class_attribute(class, name, None);
        match (found.owner, found.at) {
            (super::Owner::Class(super::ClassRef::Project(id)), Some(at)) => Some((id, at)),
            _ => None,
        }
    }

    /// Whether a name of the project is a class or function: where its statement stands.
    pub(crate) fn place_of(&self, entity: Entity) -> Option<Span> {
        match entity {
            Entity::Class(id) => Some(self.index.class(id).at),
            Entity::Function(id) => Some(self.index.function(id).at),
            _ => None,
        }
    }
}

/// The value of a call, from all ways through its body. What they leave on the view is kept in `path`.
pub(super) fn join(ways: &[Ended], path: &mut Path) -> Outcome {
    if let [only] = ways
        && let End::Raise(name) = &only.end
    {
        path.state = only.path.state.clone();
        return Err(Raised(name.clone()));
    }
    let returning: Vec<&Ended> = ways.iter().filter(|w| !matches!(w.end, End::Raise(_))).collect();
    let Some(first) = returning.first() else {
        let names: BTreeSet<_> =
            ways.iter().map(|w| if let End::Raise(name) = &w.end { name.clone() } else { None }).collect();
        let name = if names.len() == 1 { names.into_iter().next().flatten() } else { None };
        return Err(Raised(name));
    };
    path.may_raise |= ways.len() > returning.len() || ways.iter().any(|w| w.path.may_raise);
    path.raises |= ways.len() > returning.len() || returning.iter().any(|w| w.path.raises);
    let mut called = first.path.called.clone();
    for way in &returning[1..] {
        called.retain(|c| way.path.called.contains(c));
    }
    path.called.extend(called);
    let names: BTreeSet<&Rc<str>> = returning.iter().flat_map(|w| w.path.state.keys()).collect();
    let mut state = BTreeMap::new();
    for name in names {
        let value = |w: &&Ended| {
            let value = w.path.state.get(name).cloned();
            (
                w.path.when.clone(),
                value.unwrap_or_else(|| Val::unknown(format!("`{name}` is set on some ways only"))),
            )
        };
        state.insert(name.clone(), Val::either(returning.iter().map(value).collect()));
    }
    path.state = state;
    Ok(Val::either(ways.iter().map(|w| (w.path.when.clone(), w.result())).collect()))
}

/// A lambda, where it can be found again.
pub(super) fn lambda(frame: &Frame<'_>, at: Span, path: &Path) -> Val {
    let class = match frame.kind {
        FrameKind::Class(id) => Some(id),
        FrameKind::Function(class, _) => class,
        FrameKind::Module => None,
    };
    let kind = match frame.kind {
        FrameKind::Class(_) => CodeKind::Method,
        FrameKind::Module | FrameKind::Function(..) => CodeKind::Static,
    };
    let locals = path.locals.iter().filter(|_| matches!(frame.kind, FrameKind::Function(..)));
    let captured = locals.map(|(name, bound)| (name.clone(), bound.value.clone())).collect();
    Val::Code(Rc::new(Code { at, class, kind, opaque: None, captured }))
}

/// The conditions of a way and of one of several values on it.
pub(crate) fn conditions(way: &Ended, when: &Rc<str>) -> Rc<str> {
    both(&way.path.when, when)
}
