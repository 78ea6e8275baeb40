//! Lists of names (middleware, permission classes): which are in them, and fixes that add, remove or replace one.

use crate::checks::CheckContext;
use crate::edit::{Code, Operation, Place, Position};
use crate::python::ast::{Expr, Stmt};
use crate::python::visitor::{Visitor, walk_stmt};
use crate::python::{Ranged as _, TextRange, parse};
use crate::settings::placement::{Placement, Site, Target};
use crate::settings::{Node, Setting, SettingsModel, Value};
use crate::source::Span;

use super::fixes::{Operations, display, placement, render};
use super::settings::own;

/// The text or dotted name of an element.
pub(crate) fn name_of(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Str(text) | Value::Ref(text) => Some(text),
        _ => None,
    }
}

/// The class itself, without its package: `AllowAny`.
pub(crate) fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The elements as they would be written again; `None` when one of them is not a plain text.
pub(crate) fn texts(list: &Node) -> Option<Vec<Code>> {
    let items = list.as_items()?;
    if items.rest.is_some() {
        return None;
    }
    items.items.iter().map(|i| i.as_str().map(Code::str)).collect()
}

fn is_sequence(expr: &Expr) -> bool {
    matches!(expr, Expr::List(_) | Expr::Tuple(_) | Expr::Set(_))
}

/// Where a fix would act on a list, and its display when it is written as one.
fn site(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    setting: &Setting,
    list: &Node,
) -> (Option<Site>, Option<Span>) {
    let display = display(cx, list, is_sequence);
    let at = display.or(list.at);
    (at.map(|at| Placement::new(cx.sources, model, cx.others.get()).of_value(setting, at)), display)
}

/// Takes one element out of a list setting that is written as a display.
pub(crate) fn remove(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    name: &str,
    list: &Node,
    element: &Node,
) -> Operations {
    let setting = own(model, name).ok_or("nobody sets it")?;
    let at = element.at.ok_or("the element is computed")?;
    // What `+=` and `extend` add stands in a display of its own.
    let display = display(cx, list, is_sequence)
        .filter(|d| d.contains(at))
        .or_else(|| added_display(cx, at))
        .ok_or("the list is put together in several places")?;
    match placement(cx, model).of_value(setting, display) {
        Site::InPlace => Ok(vec![Operation::RemoveElement { list: display, element: at }]),
        Site::Override(_) => Err("the list is put together in several places".to_owned()),
        Site::Nowhere(why) => Err(why),
    }
}

/// The display around an element, where a statement adds it whole to another list: `X += [...]`,
/// `X.extend([...])`, `X = OTHER + [...]`.
fn added_display(cx: &CheckContext<'_>, element: Span) -> Option<Span> {
    struct Adding {
        element: TextRange,
        found: Option<TextRange>,
    }
    impl<'a> Visitor<'a> for Adding {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !statement.range().contains_range(self.element) {
                return;
            }
            let added = match statement {
                Stmt::AugAssign(add) => Some(&*add.value),
                Stmt::Assign(assign) => Some(&*assign.value),
                Stmt::Expr(call) => extension(&call.value),
                _ => return walk_stmt(self, statement),
            };
            self.found = added.and_then(|added| operand(added, self.element));
        }
    }
    let module = parse(cx.sources.text(element.file));
    let mut adding = Adding { element: element.text_range(), found: None };
    adding.visit_body(module.body());
    adding.found.map(|range| Span::new(element.file, range))
}

/// What `x.extend(...)` gets.
fn extension(call: &Expr) -> Option<&Expr> {
    let call = call.as_call_expr()?;
    let extends = call.func.as_attribute_expr().is_some_and(|method| method.attr.as_str() == "extend");
    call.arguments.args.first().filter(|_| extends)
}

/// The display with this element among the operands of `+`.
fn operand(expr: &Expr, element: TextRange) -> Option<TextRange> {
    let holds = |items: &[Expr]| items.iter().any(|item| item.range() == element);
    match expr {
        Expr::BinOp(sum) => operand(&sum.left, element).or_else(|| operand(&sum.right, element)),
        Expr::List(list) => holds(&list.elts).then(|| list.range()),
        Expr::Tuple(list) => holds(&list.elts).then(|| list.range()),
        _ => None,
    }
}

/// Where a new element goes among the others.
#[derive(Clone, Copy)]
pub(crate) enum Among<'a> {
    /// First.
    First,
    /// Last.
    Last,
    /// Right before this one.
    Before(&'a Node),
    /// Right after this one.
    After(&'a Node),
}

/// Adds an element to a list setting (`MIDDLEWARE`): in its display, or by a statement in the production module.
pub(crate) fn insert(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    name: &str,
    value: &str,
    among: Among<'_>,
) -> Operations {
    let setting = own(model, name).ok_or("nobody sets it")?;
    let list = &setting.node;
    let (site, display) = site(cx, model, setting, list);
    let in_display = |node: &Node| node.at.filter(|at| display.is_some_and(|d| d.contains(*at)));
    let first = list.as_items().and_then(|i| i.items.first());
    let position = match among {
        Among::First if first.is_none_or(|f| in_display(f).is_some()) => Some(Position::First),
        Among::First => None,
        Among::Last => Some(Position::Last),
        Among::Before(node) => in_display(node).map(Position::Before),
        Among::After(node) => in_display(node).map(Position::After),
    };
    match (site, display, position) {
        (Some(Site::Nowhere(why)), ..) => Err(why),
        (Some(Site::InPlace), Some(list), Some(position)) => {
            Ok(vec![Operation::AddElement { list, value: Code::str(value), position }])
        }
        (Some(Site::Override(target)), ..) => by_statement(target, setting, value, among),
        (None | Some(Site::InPlace), ..) => {
            let target = placement(cx, model).of_override(setting)?;
            by_statement(target, setting, value, among)
        }
    }
}

/// Adds the element from outside, where the whole list is made elsewhere.
fn by_statement(target: Target, setting: &Setting, value: &str, among: Among<'_>) -> Operations {
    let name = &setting.name;
    match target {
        Target::Module { file, after } => {
            let text = render(&Code::str(value));
            let is_list = matches!(setting.node.value, Value::List(_));
            let anchored = |node: &Node, plus: &str| {
                let anchor = node.as_str().map(|a| render(&Code::str(a)));
                let anchor = anchor.ok_or("the list is put together in several places")?;
                let place = format!("{name}.index({anchor}){plus}");
                let lines = if is_list {
                    vec![
                        format!("{name}.insert("),
                        format!("    {place},"),
                        format!("    {text},"),
                        ")".to_owned(),
                    ]
                } else {
                    vec![
                        format!("{name} = ("),
                        format!("    *{name}[: {place}],"),
                        format!("    {text},"),
                        format!("    *{name}[{place} :],"),
                        ")".to_owned(),
                    ]
                };
                Ok::<_, String>(lines)
            };
            let lines = match among {
                Among::First if is_list => vec![format!("{name} = [{text}, *{name}]")],
                Among::First => vec![format!("{name} = ({text}, *{name})")],
                Among::Last if is_list => vec![format!("{name} = [*{name}, {text}]")],
                Among::Last => vec![format!("{name} = (*{name}, {text})")],
                Among::Before(node) => anchored(node, "")?,
                Among::After(node) => anchored(node, " + 1")?,
            };
            let place = after.map_or(Place::End, Place::After);
            Ok(vec![Operation::AddStatement { file, lines, place }])
        }
        Target::Class(_) => Err("the list is made in another class".to_owned()),
        Target::Toml { file, table } => {
            let items = texts(&setting.node).ok_or("the list holds more than plain texts")?;
            let at = |node: &Node| {
                items.iter().position(|i| matches!(i, Code::Str(t) if node.as_str() == Some(t)))
            };
            let index = match among {
                Among::First => Some(0),
                Among::Last => Some(items.len()),
                Among::Before(node) => at(node),
                Among::After(node) => at(node).map(|i| i + 1),
            };
            let index = index.ok_or("the list is put together in several places")?;
            let added = vec![(index, Code::str(value))];
            Ok(vec![Operation::ExtendTomlList { file, table, key: name.clone(), list: items, added }])
        }
    }
}
