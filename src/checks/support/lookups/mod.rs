//! Database lookups in the body of a view's method or function: of which model, by what, and whether what the caller
//! may see limits them.
//!
//! A lookup is a chain such as `Order.objects.filter(...).first()` or `get_object_or_404(Order, pk=pk)`. Values are
//! followed through local names; helpers are not entered. What is limited in a way that is not understood counts as
//! limited.

mod by_hand;
mod chain;
mod origin;

use std::cell::OnceCell;

use crate::checks::CheckContext;
use crate::index::{Ancestor, ClassId, Lookup as Found, ModelName};
use crate::python::ast::{Expr, Stmt, StmtFunctionDef};
use crate::python::visitor::{self, Visitor};
use crate::python::{Ranged as _, TextRange, dotted_name};
use crate::source::{FileId, Span};

use super::facts::{BY_HAND, Facts};
use super::ownership;
use by_hand::ByHand;
use chain::{Chain, GETTERS, MAKERS, SINGLE, chain_parts, is_query};
pub(crate) use origin::Origin;
use origin::Sources;

/// The body of a method of a view, or of a function view.
pub(crate) struct Handler<'a> {
    cx: &'a CheckContext<'a>,
    class: Option<ClassId>,
    file: FileId,
    /// `self`, in a method.
    receiver: Option<&'a str>,
    /// The parameter that holds the request.
    request: Option<&'a str>,
    /// Parameters that the URL fills.
    keys: Vec<&'a str>,
    facts: OnceCell<Facts<'a>>,
    function: &'a StmtFunctionDef,
}

/// What a chain begins with.
#[derive(Clone, Debug)]
pub(crate) enum Root<'a> {
    /// A model.
    Model(ModelName<'a>),
    /// A class that is not found.
    Named,
    /// The view's own queryset.
    View,
    /// Something of the caller: `request.user.orders`.
    Caller,
}

/// A lookup.
pub(crate) struct Lookup<'a> {
    /// The whole chain.
    pub(crate) at: Span,
    /// The expression.
    pub(crate) expr: &'a Expr,
    /// What it begins with.
    pub(crate) root: Root<'a>,
    /// The name of the model as it is written.
    pub(crate) model_name: String,
    /// Methods and functions called, the outermost first.
    pub(crate) steps: Vec<&'a str>,
    /// Conditions that rows must meet: the keyword and its value.
    pub(crate) conditions: Vec<(&'a str, &'a Expr)>,
    /// Arguments that are no conditions by keyword: `Q(...)`, the keys of `in_bulk`.
    others: Vec<&'a Expr>,
    /// Whether every row must be one that the caller may see, as far as can be told.
    pub(crate) limited: bool,
    /// Where the values of the conditions come from, all together.
    pub(crate) origin: Origin,
}

impl Lookup<'_> {
    /// Whether it gives one row.
    pub(crate) fn is_single(&self) -> bool {
        self.steps.first().is_some_and(|s| SINGLE.contains(s) || GETTERS.contains(s))
    }

    /// Whether it makes the row where there is none.
    pub(crate) fn makes(&self) -> bool {
        self.steps.first().is_some_and(|s| MAKERS.contains(s))
    }

    /// Whether a condition is on the key of rows, and its value comes from the URL or from what was sent.
    pub(crate) fn is_by_key(&self, handler: &Handler<'_>) -> bool {
        self.conditions.iter().any(|(keyword, value)| {
            let origin = handler.origin(value);
            let field = keyword.strip_suffix("__in").unwrap_or(keyword);
            matches!(field, "pk" | "id" | "uuid") && (origin.url || origin.body)
        })
    }

    /// Whether it changes or deletes rows by their keys without reading them: `Order.objects.filter(pk=pk).delete()`.
    pub(crate) fn writes_by_key(&self, handler: &Handler<'_>) -> bool {
        // Of `get(pk=pk).delete()` the row was read.
        matches!(self.steps[..], ["delete" | "adelete" | "update" | "aupdate", "filter", ..])
            && self.is_by_key(handler)
    }

    /// Whether it reads rows by the keys that were sent: `Order.objects.in_bulk(request.data["ids"])`.
    pub(crate) fn reads_by_keys(&self, handler: &Handler<'_>) -> bool {
        let sent = |keys: &&Expr| {
            let origin = handler.origin(keys);
            origin.url || origin.body
        };
        matches!(self.steps[..], ["in_bulk" | "ain_bulk", ..]) && self.others.iter().any(sent)
    }

    /// Whether it gives one row or raises.
    pub(crate) fn is_certain(&self) -> bool {
        self.steps.first().is_some_and(|s| matches!(*s, "get" | "get_object_or_404"))
    }
}

/// Methods of views that answer requests by their name.
pub(crate) const HANDLERS: [&str; 11] = [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "list",
    "create",
    "retrieve",
    "update",
    "partial_update",
    "destroy",
];
impl<'a> Handler<'a> {
    /// Reads a function; `class` is the view that it answers for.
    pub(crate) fn new(
        cx: &'a CheckContext<'a>,
        file: FileId,
        class: Option<ClassId>,
        function: &'a StmtFunctionDef,
    ) -> Self {
        let mut names = function.parameters.iter().map(|p| p.name().as_str());
        let receiver = class.and_then(|_| names.next());
        let special: Vec<_> = [&function.parameters.vararg, &function.parameters.kwarg]
            .into_iter()
            .filter_map(|p| p.as_deref().map(|p| p.name.as_str()))
            .collect();
        let mut request = None;
        let mut keys = Vec::new();
        for name in names {
            if request.is_none() && name == "request" {
                request = Some(name);
            } else if special.contains(&name) {
                keys.extend((name == "kwargs").then_some(name));
            } else if name != "format" {
                keys.push(name);
            }
        }
        Self { cx, class, file, receiver, request, keys, facts: OnceCell::new(), function }
    }

    /// What the body says; most bodies hold no lookup and are not asked.
    fn facts(&self) -> &Facts<'a> {
        self.facts.get_or_init(|| {
            let mut facts = Facts::default();
            facts.visit_body(&self.function.body);
            facts
        })
    }

    /// All lookups of the body.
    pub(crate) fn lookups(&self) -> Vec<Lookup<'a>> {
        struct Finder<'h, 'a>(&'h Handler<'a>, Vec<Lookup<'a>>);
        impl<'a> Visitor<'a> for Finder<'_, 'a> {
            fn visit_expr(&mut self, expr: &'a Expr) {
                if is_query(expr)
                    && let Some(lookup) = self.0.read(expr)
                {
                    self.1.push(lookup);
                    // Inner calls of the chain are parts of it, but for a row on the way (`get(...).lines.all()`);
                    // its arguments may hold lookups of their own.
                    let (arguments, row) = chain_parts(expr);
                    match row {
                        Some(row) => self.visit_expr(row),
                        None => arguments.into_iter().for_each(|a| self.visit_expr(a)),
                    }
                    return;
                }
                visitor::walk_expr(self, expr);
            }
        }
        let mut finder = Finder(self, Vec::new());
        finder.visit_body(&self.function.body);
        finder.1
    }

    /// The lookup that an expression is, through local names.
    pub(crate) fn lookup_of(&self, expr: &'a Expr) -> Option<Lookup<'a>> {
        self.read(expr)
    }

    /// What a local name is made from.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a Expr> {
        self.facts().values.get(name).into_iter().flatten().copied()
    }

    /// The first name of the body for which `test` holds.
    pub(crate) fn mentions(&self, test: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.facts().mentions.iter().copied().find(|word| test(word))
    }

    /// Whether anything in the body may come from the caller's account, by where it comes from or by its name. What the
    /// caller sends, in the URL or otherwise, does not.
    pub(crate) fn looks_at_caller(&self) -> bool {
        const SIGNS: [&str; 3] = ["user", "tenant", "current_"];
        // `user_id = self.kwargs["user_id"]` says nothing by its name.
        let is_local = |word: &str| self.facts().values.contains_key(word) || self.keys.contains(&word);
        let says = |word: &str| SIGNS.iter().any(|sign| word.contains(sign)) && !is_local(word);
        let mut reader = Sources { handler: self, origin: Origin::default(), seen: Vec::new() };
        reader.visit_body(&self.function.body);
        reader.origin.caller || self.mentions(says).is_some()
    }

    fn read(&self, expr: &'a Expr) -> Option<Lookup<'a>> {
        let mut chain = Chain::default();
        self.walk(expr, &mut chain, 0)?;
        let (root, model_name) = chain.root?;
        let manager =
            [".objects", "._default_manager", "._base_manager"].iter().any(|m| model_name.contains(m));
        let asks = |s: &&str| {
            SINGLE.contains(s) || GETTERS.contains(s) || matches!(*s, "all" | "filter" | "exclude")
        };
        let fetches = manager || matches!(root, Root::View) || chain.steps.iter().any(asks);
        if !fetches {
            return None;
        }
        let mut origin = Origin::default();
        for (_, value) in &chain.conditions {
            origin.add(self.origin(value));
        }
        for value in &chain.others {
            origin.add(self.origin(value));
        }
        let limited = origin.caller
            || chain.limited
            || match &root {
                Root::Caller => true,
                Root::View => self.view_is_limited(),
                Root::Model(ModelName::Model(model)) => ownership::manager_may_limit(self.cx, model.class),
                Root::Model(_) | Root::Named => false,
            };
        Some(Lookup {
            at: Span::new(self.file, expr.range()),
            expr,
            root,
            model_name,
            steps: chain.steps,
            conditions: chain.conditions,
            others: chain.others,
            limited,
            origin,
        })
    }

    /// Follows a chain down to what it begins with.
    fn walk(&self, expr: &'a Expr, chain: &mut Chain<'a>, depth: usize) -> Option<()> {
        if depth > 24 {
            return None;
        }
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) => {
                    let name = method.attr.as_str();
                    if let Some(whole) = dotted_name(&call.func)
                        && let Some(root) = self.view_queryset(&whole)
                    {
                        chain.root = Some((root, whole));
                        return Some(());
                    }
                    if name == "get_queryset" && is_super(&method.value) {
                        chain.root = Some((Root::View, "super().get_queryset".to_owned()));
                        return Some(());
                    }
                    chain.step(name, call);
                    self.walk(&method.value, chain, depth + 1)
                }
                Expr::Name(name) if GETTERS.contains(&name.id.as_str()) => {
                    chain.step(name.id.as_str(), call);
                    let first = call.arguments.args.first()?;
                    self.walk(first, chain, depth + 1)
                }
                _ => None,
            },
            Expr::Subscript(part) => {
                chain.steps.push("[]");
                self.walk(&part.value, chain, depth + 1)
            }
            Expr::Await(waited) => self.walk(&waited.value, chain, depth + 1),
            Expr::Name(_) | Expr::Attribute(_) => {
                let dotted = dotted_name(expr)?;
                let first = dotted.split('.').next().unwrap_or_default();
                if let Some(values) = self.facts().values.get(first) {
                    // A local name: all that it is made from.
                    if chain.seen.iter().any(|s| s == first) {
                        return Some(());
                    }
                    chain.seen.push(first.to_owned());
                    for value in values {
                        let mut inner = Chain { seen: chain.seen.clone(), ..Chain::default() };
                        if self.walk(value, &mut inner, depth + 1).is_some() {
                            chain.conditions.extend(inner.conditions);
                            chain.others.extend(inner.others);
                            chain.limited |= inner.limited;
                            chain.steps.extend(inner.steps);
                            if let Some(root) = inner.root {
                                chain.root.get_or_insert(root);
                            }
                        } else if self.origin(value).caller {
                            chain.limited = true;
                        }
                    }
                    return Some(());
                }
                chain.root = Some((self.root(&dotted)?, dotted));
                Some(())
            }
            _ => None,
        }
    }

    /// The view's own rows, where a dotted name means them.
    fn view_queryset(&self, dotted: &str) -> Option<Root<'a>> {
        let own = dotted.strip_prefix(self.receiver?)?.strip_prefix('.')?;
        let first = own.split('.').next()?;
        matches!(first, "get_queryset" | "filter_queryset" | "queryset").then_some(Root::View)
    }

    fn root(&self, dotted: &str) -> Option<Root<'a>> {
        if let Some(root) = self.view_queryset(dotted) {
            return Some(root);
        }
        if self.request_part(dotted).is_some() {
            return Some(Root::Caller);
        }
        if self.receiver.is_some_and(|r| dotted.split('.').next() == Some(r)) {
            return None;
        }
        let at = Span::new(self.file, self.function.range());
        // Names of the class body are not visible in its methods.
        if let Some(model) = self.cx.index.model_named(at, None, dotted) {
            return Some(Root::Model(model));
        }
        let name = dotted.split(".objects").next().unwrap_or(dotted).split("._default").next()?;
        let is_class = name.rsplit('.').next()?.starts_with(char::is_uppercase);
        is_class.then_some(Root::Named)
    }

    /// `user.pk` of `request.user.pk` or `self.request.user.pk`.
    fn request_part<'d>(&self, dotted: &'d str) -> Option<&'d str> {
        let own = self.receiver.and_then(|r| dotted.strip_prefix(r)?.strip_prefix(".request."));
        own.or_else(|| dotted.strip_prefix(self.request?)?.strip_prefix('.'))
    }

    /// Where a value comes from.
    pub(crate) fn origin(&self, expr: &Expr) -> Origin {
        let mut reader = Sources { handler: self, origin: Origin::default(), seen: Vec::new() };
        reader.visit_expr(expr);
        reader.origin
    }

    /// Whether `get_queryset` of the view looks at the request.
    pub(crate) fn view_is_limited(&self) -> bool {
        let Some(class) = self.class else { return false };
        ["get_queryset", "filter_queryset"].iter().any(|name| match self.cx.index.lookup(class, name) {
            Found::Method { method, .. } => {
                let text = self.cx.sources.slice(method.at);
                let signs = ["request", "user", "tenant", "current_", "super()"];
                // The parameter of `filter_queryset(self, queryset)` says nothing.
                signs.iter().any(|s| text.split_once(':').is_some_and(|(_, body)| body.contains(s)))
            }
            Found::Unknown(_) => true,
            _ => false,
        })
    }

    /// Why the body may check the caller by itself; `None` when it surely does not. `row` is the name of the local
    /// variable that holds the row.
    pub(crate) fn checks_by_hand(&self, row: Option<&str>) -> Option<String> {
        if self.facts().checks {
            return Some("it calls `check_object_permissions`".to_owned());
        }
        if let Some(word) = self.facts().mentions.iter().find(|m| BY_HAND.contains(m)) {
            return Some(format!("it uses `{word}`"));
        }
        if let Some(method) = self.checked_on_the_way() {
            return Some(format!("`{method}` checks objects before the handler runs"));
        }
        let mut finder = ByHand { handler: self, row, found: false };
        finder.visit_body(&self.function.body);
        finder.found.then(|| "it looks at the caller by itself".to_owned())
    }

    /// The method of the view or its bases, none that answers requests itself, that asks object permissions.
    fn checked_on_the_way(&self) -> Option<&'a str> {
        let order = &self.cx.index.mro(self.class?).order;
        let classes =
            order.iter().filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
        let methods = classes.flat_map(|id| self.cx.index.class(id).methods.iter());
        let mut own = methods.filter(|m| !m.at.contains(Span::new(self.file, self.function.range())));
        own.find(|m| {
            let runs = !HANDLERS.contains(&&*m.name) && &*m.name != "get_object" && m.decorators.is_empty();
            let text = self.cx.sources.slice(m.at);
            runs && (text.contains("check_object_permissions") || text.contains("has_object_permission"))
        })
        .map(|m| &*m.name)
    }

    /// The statement that stores a lookup in one local name, and that name.
    pub(crate) fn stored(&self, lookup: &Lookup<'_>) -> Option<(TextRange, &'a str)> {
        struct Finder<'a>(TextRange, Option<(TextRange, &'a str)>);
        impl<'a> Visitor<'a> for Finder<'a> {
            fn visit_stmt(&mut self, stmt: &'a Stmt) {
                if let Stmt::Assign(assign) = stmt
                    && assign.value.range() == self.0
                    && let [Expr::Name(name)] = &assign.targets[..]
                {
                    self.1 = Some((stmt.range(), name.id.as_str()));
                }
                visitor::walk_stmt(self, stmt);
            }
        }
        let mut finder = Finder(lookup.expr.range(), None);
        finder.visit_body(&self.function.body);
        finder.1
    }

    /// Whether a lookup is a statement by itself, so that nothing gets the row.
    pub(crate) fn is_dropped(&self, lookup: &Lookup<'_>) -> bool {
        struct Finder(TextRange, bool);
        impl<'a> Visitor<'a> for Finder {
            fn visit_stmt(&mut self, stmt: &'a Stmt) {
                self.1 |= matches!(stmt, Stmt::Expr(alone) if alone.value.range() == self.0);
                visitor::walk_stmt(self, stmt);
            }
            fn visit_expr(&mut self, _: &'a Expr) {}
        }
        let mut finder = Finder(lookup.expr.range(), false);
        finder.visit_body(&self.function.body);
        finder.1
    }

    /// Why the view's own `queryset` may hold the caller's rows only by the time that a handler reads it: a method that
    /// runs before sets it by the request.
    pub(crate) fn queryset_is_set(&self) -> Option<String> {
        let order = &self.cx.index.mro(self.class?).order;
        let classes =
            order.iter().filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
        let mut methods = classes.flat_map(|id| self.cx.index.class(id).methods.iter());
        let sets = methods.find(|method| {
            let text = self.cx.sources.slice(method.at);
            let own = method.at.contains(Span::new(self.file, self.function.range()));
            !own && text.contains("self.queryset = ") && text.contains("request.")
        });
        sets.map(|method| format!("`{}` sets `queryset` by the request", method.name))
    }

    /// Whether a place stands under `try` or `with`.
    pub(crate) fn is_guarded(&self, at: TextRange) -> bool {
        struct Finder(TextRange, bool);
        impl<'a> Visitor<'a> for Finder {
            fn visit_stmt(&mut self, stmt: &'a Stmt) {
                self.1 |= matches!(stmt, Stmt::Try(_)) && stmt.range().contains_range(self.0);
                visitor::walk_stmt(self, stmt);
            }
        }
        let mut finder = Finder(at, false);
        finder.visit_body(&self.function.body);
        finder.1
    }

    /// Names of parameters that the URL fills.
    pub(crate) fn keys(&self) -> &[&'a str] {
        &self.keys
    }

    /// `self`, in a method.
    pub(crate) fn receiver(&self) -> Option<&'a str> {
        self.receiver
    }

    /// How the body says the request.
    pub(crate) fn request(&self) -> Option<String> {
        let own = || self.receiver.map(|r| format!("{r}.request"));
        self.request.map(str::to_owned).or_else(own)
    }

    /// The statement.
    pub(crate) fn function(&self) -> &'a StmtFunctionDef {
        self.function
    }
}

/// Whether an expression is `super()`.
fn is_super(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if dotted_name(&call.func).as_deref() == Some("super"))
}
