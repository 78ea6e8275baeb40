//! What a `get_object` returns on each path: the caller's own object, one that was checked, one that `super()`
//! fetched, or one found by a key that the caller supplied.
//!
//! A value is followed through the local names of the method and one level into methods of the class. Only a fetch
//! by the caller's key with nothing else to be seen counts as unchecked; what is not understood is `Unclear`.

use crate::checks::CheckContext;
use crate::index::{ClassId, Lookup};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, TextRange, dotted_name};
use crate::source::Span;

use super::facts::{BY_HAND, Facts};

/// A `return` of the method and what it returns.
pub(crate) struct Return {
    /// The statement.
    pub(crate) at: TextRange,
    /// The value.
    pub(crate) value: TextRange,
    /// The local name, when it returns one.
    pub(crate) name: Option<String>,
    /// What it is.
    pub(crate) verdict: Checked,
}

/// Whether an object was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// Yes, or it need not be.
    Yes,
    /// No: found by the caller's key and handed out.
    No,
    /// It cannot be told; the clause says why.
    Unclear(String),
}

/// Methods of DRF that hand out rows without checking one of them.
const QUERYSETS: [&str; 3] = ["get_queryset", "filter_queryset", "queryset"];
/// The returns of `function`, a method of `class`.
pub(crate) fn returns(cx: &CheckContext<'_>, class: ClassId, function: &ast::StmtFunctionDef) -> Vec<Return> {
    let receiver = function.parameters.iter().next().map_or("self", |p| p.name().as_str());
    let mut facts = Facts::default();
    facts.visit_body(&function.body);
    let keys = function.parameters.iter().skip(1).map(|p| p.name().to_string()).collect();
    let reader = Reader { cx, class, receiver, facts: &facts, keys };
    let mut found = Vec::new();
    reader.block(&function.body, &mut Vec::new(), &mut found);
    found
}

struct Reader<'a> {
    cx: &'a CheckContext<'a>,
    class: ClassId,
    receiver: &'a str,
    facts: &'a Facts<'a>,
    /// Parameters besides `self`: the caller's key, as a rule.
    keys: Vec<String>,
}

/// What an expression is made from.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, gathered in one walk")]
#[derive(Default)]
struct Traits {
    delegates: bool,
    own: bool,
    by_request: bool,
    key: bool,
    fetch: bool,
    unclear: Option<String>,
    /// Local names that were followed already.
    seen: Vec<String>,
}

impl Reader<'_> {
    /// Walks a block; `checked` holds the texts of the objects that were checked on the way here.
    fn block(&self, body: &[Stmt], checked: &mut Vec<String>, found: &mut Vec<Return>) {
        let outer = checked.len();
        for stmt in body {
            match stmt {
                Stmt::Return(ret) => found.extend(self.ret(ret, checked)),
                Stmt::Expr(expression) => {
                    if let Some(object) = self.check_of(&expression.value) {
                        checked.push(object);
                    }
                }
                Stmt::If(branch) => {
                    self.block(&branch.body, checked, found);
                    for clause in &branch.elif_else_clauses {
                        self.block(&clause.body, checked, found);
                    }
                }
                Stmt::Try(attempt) => {
                    self.block(&attempt.body, checked, found);
                    for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                        self.block(&handler.body, checked, found);
                    }
                    // What the body checked is checked behind it: a failed check leaves by an exception, and the
                    // handlers that go on are rare enough to be told apart by their own returns.
                    for stmt in &attempt.body {
                        if let Stmt::Expr(e) = stmt {
                            checked.extend(self.check_of(&e.value));
                        }
                    }
                    self.block(&attempt.orelse, checked, found);
                    self.block(&attempt.finalbody, checked, found);
                }
                Stmt::With(with) => {
                    self.block(&with.body, checked, found);
                    for stmt in &with.body {
                        if let Stmt::Expr(e) = stmt {
                            checked.extend(self.check_of(&e.value));
                        }
                    }
                }
                Stmt::For(each) => self.block(&each.body, checked, found),
                Stmt::While(repeat) => self.block(&repeat.body, checked, found),
                Stmt::Match(choice) => choice.cases.iter().for_each(|c| self.block(&c.body, checked, found)),
                _ => {}
            }
        }
        checked.truncate(outer);
    }

    /// The text of the object that a statement checks; `*` for a helper of the class that checks.
    fn check_of(&self, expr: &Expr) -> Option<String> {
        let Expr::Call(call) = expr else { return None };
        let method = self.own_method(&call.func)?;
        if method == "check_object_permissions" {
            let object = call
                .arguments
                .args
                .get(1)
                .or_else(|| call.arguments.find_keyword("obj").map(|k| &k.value))?;
            return Some(self.text(object.range()).to_owned());
        }
        (self.helper(method) == Some(Checked::Yes)).then(|| "*".to_owned())
    }

    fn ret(&self, ret: &ast::StmtReturn, checked: &[String]) -> Option<Return> {
        let value = ret.value.as_deref().filter(|v| !v.is_none_literal_expr())?;
        let text = self.text(value.range());
        let is_checked = checked.iter().any(|c| c == text || c == "*");
        let verdict = if is_checked { Checked::Yes } else { self.judge_all(value) };
        let name = value.as_name_expr().map(|n| n.id.to_string());
        Some(Return { at: ret.range(), value: value.range(), name, verdict })
    }

    /// Judges each value that a returned name may have, and both sides of a condition.
    fn judge_all(&self, value: &Expr) -> Checked {
        let sides: Vec<&Expr> = match value {
            Expr::Name(name) => {
                let values = self.facts.values.get(name.id.as_str()).into_iter().flatten().copied();
                values.filter(|v| !v.is_none_literal_expr()).collect()
            }
            Expr::If(either) => vec![&either.body, &either.orelse],
            _ => Vec::new(),
        };
        if sides.len() < 2 {
            return self.judge(value);
        }
        let mut all = Checked::Yes;
        for verdict in sides.into_iter().map(|s| self.judge(s)) {
            all = match (all, verdict) {
                (Checked::No, _) | (_, Checked::No) => Checked::No,
                (Checked::Unclear(why), _) | (_, Checked::Unclear(why)) => Checked::Unclear(why),
                (Checked::Yes, Checked::Yes) => Checked::Yes,
            };
        }
        all
    }

    fn judge(&self, value: &Expr) -> Checked {
        let mut traits = Traits::default();
        self.look(value, &mut traits, 0);
        if traits.delegates || traits.own {
            return Checked::Yes;
        }
        if self.facts.checks {
            return Checked::Unclear("the check is made on another path or another object".to_owned());
        }
        if let Some(why) = traits.unclear {
            return Checked::Unclear(why);
        }
        let by_hand = self.facts.mentions.iter().any(|m| BY_HAND.contains(m));
        if by_hand || self.text_mentions_caller() {
            return Checked::Unclear("the method looks at the caller by itself".to_owned());
        }
        if traits.by_request {
            return Checked::Unclear("the object is found through the request".to_owned());
        }
        if traits.fetch && traits.key {
            Checked::No
        } else {
            Checked::Unclear("what is returned is not a plain fetch".to_owned())
        }
    }

    fn text_mentions_caller(&self) -> bool {
        self.facts.mentions.iter().any(|m| matches!(*m, "user" | "auth" | "session" | "current_user"))
    }

    /// Gathers what an expression is made from, through local names.
    fn look(&self, expr: &Expr, traits: &mut Traits, depth: usize) {
        if depth > 12 {
            traits.unclear.get_or_insert_with(|| "the value is nested too deep".to_owned());
            return;
        }
        match expr {
            Expr::Name(name) => {
                if self.keys.iter().any(|k| *k == name.id.as_str()) {
                    traits.key = true;
                }
                // `queryset = queryset.filter(...)` names itself.
                if !traits.seen.contains(&name.id.to_string()) {
                    traits.seen.push(name.id.to_string());
                    for value in self.facts.values.get(name.id.as_str()).into_iter().flatten() {
                        self.look(value, traits, depth + 1);
                    }
                }
                return;
            }
            Expr::Attribute(attribute) => self.look_attribute(attribute, traits),
            Expr::Call(call) => self.look_call(call, traits),
            Expr::Await(_) | Expr::Lambda(_) => {
                traits.unclear.get_or_insert_with(|| "the value is computed later".to_owned());
            }
            _ => {}
        }
        let mut parts = Parts(Vec::new());
        visitor::walk_expr(&mut parts, expr);
        for part in parts.0 {
            self.look(part, traits, depth + 1);
        }
    }

    fn look_attribute(&self, attribute: &ast::ExprAttribute, traits: &mut Traits) {
        let name = dotted_name(&Expr::Attribute(attribute.clone())).unwrap_or_default();
        let request = format!("{}.request.", self.receiver);
        match name.strip_prefix(&*request).or_else(|| name.strip_prefix("request.")) {
            Some(rest)
                if rest == "user"
                    || rest.starts_with("user.")
                    || rest == "auth"
                    || rest.starts_with("auth.") =>
            {
                traits.own = true;
            }
            Some(rest) => {
                let first = rest.split('.').next().unwrap_or_default();
                let supplied =
                    ["data", "query_params", "GET", "POST", "FILES", "parser_context", "resolver_match"];
                let plain = ["method", "version", "META", "headers", "path"];
                if supplied.contains(&first) {
                    traits.key = true;
                } else if !plain.contains(&first) {
                    traits.by_request = true;
                }
            }
            None => {
                let Some(own) = name.strip_prefix(self.receiver).and_then(|r| r.strip_prefix('.')) else {
                    traits.fetch |= matches!(attribute.attr.as_str(), "objects" | "_default_manager");
                    return;
                };
                let first = own.split('.').next().unwrap_or_default();
                match first {
                    "kwargs" | "args" | "lookup_field" | "lookup_url_kwarg" => {
                        traits.key |= first.ends_with("args");
                    }
                    "request" | "action" | "model" | "serializer_class" => {}
                    _ if QUERYSETS.contains(&first) => self.look_queryset(traits),
                    _ => self.look_member(first, traits),
                }
            }
        }
    }

    fn look_call(&self, call: &ast::ExprCall, traits: &mut Traits) {
        match &*call.func {
            Expr::Attribute(function) => {
                let name = function.attr.as_str();
                let on_super = matches!(&*function.value, Expr::Call(c) if dotted_name(&c.func).as_deref() == Some("super"));
                // `super().get_object()`, or `Base.get_object(self)`.
                let by_class = name == "get_object"
                    && call
                        .arguments
                        .args
                        .first()
                        .is_some_and(|a| dotted_name(a).as_deref() == Some(self.receiver));
                if on_super && name == "get_object" || by_class {
                    traits.delegates = true;
                }
                traits.fetch |= matches!(name, "filter" | "exclude" | "select_related" | "prefetch_related");
                // `Order.published.get(...)` asks a manager; `Registry.get(...)` may be anything.
                let manager = dotted_name(&function.value).is_some_and(|d| {
                    d.contains('.') && !d.starts_with(self.receiver) && !d.starts_with("request")
                });
                traits.fetch |=
                    manager && matches!(name, "get" | "first" | "last" | "latest" | "get_or_none");
            }
            Expr::Name(name) => {
                traits.fetch |= matches!(
                    name.id.as_str(),
                    "get_object_or_404" | "aget_object_or_404" | "_get_object_or_404"
                );
            }
            _ => {}
        }
    }

    /// Rows of the class's own queryset: limited to the caller, or not.
    fn look_queryset(&self, traits: &mut Traits) {
        traits.fetch = true;
        for name in ["get_queryset", "filter_queryset"] {
            match self.cx.index.lookup(self.class, name) {
                Lookup::Method { method, .. } => {
                    let text = self.cx.sources.slice(method.at);
                    if text.contains("request.user")
                        || text.contains("request.auth")
                        || text.contains("current_user")
                    {
                        traits.own = true;
                    } else if text.contains("request") || text.contains("super()") {
                        traits.by_request = true;
                    }
                }
                Lookup::Unknown(cause) => {
                    traits.unclear.get_or_insert(cause);
                }
                _ => {}
            }
        }
    }

    /// A method or property of the class that makes the object.
    fn look_member(&self, name: &str, traits: &mut Traits) {
        match self.helper(name) {
            Some(Checked::Yes) => traits.delegates = true,
            Some(Checked::Unclear(why)) => {
                traits.unclear.get_or_insert(why);
            }
            Some(Checked::No) => traits.fetch = true,
            None => {}
        }
    }

    /// What a method of the class does, looked at from outside: checks, fetches, or something else. `None` for a
    /// plain attribute.
    fn helper(&self, name: &str) -> Option<Checked> {
        match self.cx.index.lookup(self.class, name) {
            Lookup::Method { method, .. } => {
                let text = self.cx.sources.slice(method.at);
                let checks = ["check_object_permissions", "super().get_object(", ".get_object("];
                if checks.iter().any(|c| text.contains(c)) {
                    return Some(Checked::Yes);
                }
                let caller = ["request", "PermissionDenied", "permission_denied", "has_perm", "user"];
                if caller.iter().any(|c| text.contains(c)) {
                    return Some(Checked::Unclear(format!("`{name}` looks at the caller by itself")));
                }
                let fetches = [".objects", "get_object_or_404", ".get(", "queryset"];
                if fetches.iter().any(|f| text.contains(f)) {
                    return Some(Checked::No);
                }
                Some(Checked::Unclear(format!("what `{name}` gives is not read")))
            }
            Lookup::Unknown(cause) => Some(Checked::Unclear(cause)),
            Lookup::Value { .. } | Lookup::Framework { .. } | Lookup::Settings { .. } => None,
            Lookup::Absent if name.contains("lookup") => None,
            Lookup::Absent => Some(Checked::Unclear(format!("`{name}` is set elsewhere"))),
        }
    }

    /// `name` of `self.name`.
    fn own_method<'e>(&self, callee: &'e Expr) -> Option<&'e str> {
        let Expr::Attribute(attribute) = callee else { return None };
        let Expr::Name(receiver) = &*attribute.value else { return None };
        (receiver.id.as_str() == self.receiver).then_some(attribute.attr.as_str())
    }

    fn text(&self, range: TextRange) -> &str {
        self.cx.sources.slice(Span::new(self.cx.index.class_file(self.class), range))
    }
}

/// The expressions directly inside another.
struct Parts<'a>(Vec<&'a Expr>);

impl<'a> Visitor<'a> for Parts<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.0.push(expr);
    }
}
