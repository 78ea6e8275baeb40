//! A view that lists rows sets `pagination_class = None` where it would otherwise be paged, so one request brings every
//! row. Short lists that never grow are told as well, so this is a hint.

use crate::checks::support::rest::{self, Key};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{functions, guards, views};
use crate::checks::{Check, CheckContext};
use crate::edit::Operation;
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression, Lookup};
use crate::python::ast::{Expr, Stmt};
use crate::python::parse;
use crate::python::visitor::{self, Visitor};
use crate::settings::Truth;

pub(crate) struct ViewPaginationDisabled;

const ID: &str = "view-pagination-disabled";
const NAME: &str = "pagination_class";

impl Check for ViewPaginationDisabled {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (class, view) in views::classes(cx) {
            for value in cx.index.class(class).attributes.iter().filter(|a| &*a.name == NAME) {
                if value.value != Expression::None {
                    tally.passed.push(Label::new(value.at, "names a pagination class"));
                    continue;
                }
                let unpaged = unpaged(cx, class);
                match if view == Truth::Yes { unpaged } else { Truth::Maybe } {
                    Truth::Yes => tally.findings.push(finding(cx, class, value)),
                    Truth::No => tally.passed.push(Label::new(value.at, "there are no pages to lose")),
                    Truth::Maybe => {
                        tally.unclear.push(Label::new(value.at, "whether it would be paged cannot be told"));
                    }
                }
            }
        }
        tally.outcome(&Words {
            places: "places that set the pagination of a view",
            wrong: "switch it off",
            right: "keep pages where there were some",
            none: "No view sets its pagination by itself, so the default counts.",
        })
    }
}

/// Whether pages are lost, in the view itself or, for a base or mixin that lists nothing, in one that is made of it.
fn unpaged(cx: &CheckContext<'_>, class: ClassId) -> Truth {
    let own = lists(cx, class).and(is_paged_otherwise(cx, class));
    if own != Truth::No || !matches!(cx.index.lookup(class, "list"), Lookup::Absent) {
        return if own == Truth::Yes && is_cut(cx, class) { Truth::No } else { own };
    }
    let gets =
        |view: ClassId| matches!(cx.index.lookup(view, NAME), Lookup::Value { class: of, .. } if of == class);
    let heirs = cx.index.views().filter(|(view, truth)| {
        *truth == Truth::Yes && *view != class && guards::inherits(cx, *view, class) && gets(*view)
    });
    let each = heirs.map(|(view, _)| {
        let lost = lists(cx, view).and(by_default(cx));
        if lost == Truth::Yes && is_cut(cx, view) { Truth::No } else { lost }
    });
    // One that loses them is enough.
    each.fold(Truth::No, |all, one| match (all, one) {
        (Truth::Yes, _) | (_, Truth::Yes) => Truth::Yes,
        (Truth::Maybe, _) | (_, Truth::Maybe) => Truth::Maybe,
        _ => Truth::No,
    })
}

/// Whether the rows of a view are cut by a slice on every way: `Order.objects.all()[:10]`.
fn is_cut(cx: &CheckContext<'_>, class: ClassId) -> bool {
    match cx.index.lookup(class, "get_queryset") {
        Lookup::Method { method, .. } => {
            let tree = cx.index.tree(cx.sources, method.at.file);
            let Some(function) = functions::find(&tree, method.at) else { return false };
            let mut returned = Returned { some: false, all_cut: true };
            returned.visit_body(&function.body);
            returned.some && returned.all_cut
        }
        _ => match cx.index.lookup(class, "queryset") {
            Lookup::Value { value, .. } => {
                let module = parse(cx.sources.slice(value.value_at));
                matches!(module.body(), [Stmt::Expr(statement)] if is_slice(&statement.value))
            }
            _ => false,
        },
    }
}

struct Returned {
    some: bool,
    all_cut: bool,
}

impl<'a> Visitor<'a> for Returned {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Return(given) = stmt {
            self.some = true;
            self.all_cut &= given.value.as_deref().is_some_and(is_slice);
        }
        visitor::walk_stmt(self, stmt);
    }
    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// Whether an expression is a slice that ends somewhere.
fn is_slice(expr: &Expr) -> bool {
    let Expr::Subscript(part) = expr else { return false };
    matches!(&*part.slice, Expr::Slice(slice) if slice.upper.is_some())
}

/// Whether the view lists rows through DRF's pagination.
fn lists(cx: &CheckContext<'_>, class: ClassId) -> Truth {
    let asks = |method: &crate::index::items::FunctionItem| {
        let text = cx.sources.slice(method.at);
        ["paginate_queryset", "super()", ".list("].iter().any(|word| text.contains(word))
    };
    match cx.index.lookup(class, "list") {
        Lookup::Framework { .. } => Truth::Yes,
        Lookup::Method { method, .. } => asks(method).into(),
        Lookup::Absent => Truth::No,
        _ => Truth::Maybe,
    }
}

/// Whether the view would be paged without the attribute.
fn is_paged_otherwise(cx: &CheckContext<'_>, class: ClassId) -> Truth {
    match cx.index.lookup_inherited(class, NAME) {
        Lookup::Settings { .. } => by_default(cx),
        Lookup::Value { value, .. } if value.value == Expression::None => Truth::No,
        Lookup::Value { .. } => Truth::Yes,
        _ => Truth::Maybe,
    }
}

/// Whether views are paged that say nothing.
fn by_default(cx: &CheckContext<'_>) -> Truth {
    match cx.model.map(|model| (model, rest::key(model, "DEFAULT_PAGINATION_CLASS"))) {
        Some((_, Key::Absent)) => Truth::No,
        Some((model, Key::Set(node))) => match rest::key(model, "PAGE_SIZE") {
            // A stock class without a size pages nothing; a class of the project may have one.
            Key::Absent if node.as_str().is_some_and(|n| n.starts_with("rest_framework.")) => Truth::No,
            _ => node.truthy(),
        },
        Some((_, Key::Unclear(_))) | None => Truth::Maybe,
    }
}

fn finding(cx: &CheckContext<'_>, class: ClassId, value: &ValueItem) -> Finding {
    let item = cx.index.class(class);
    let message =
        format!("`{}` lists rows and switches pagination off, so one request brings every row.", item.name);
    let symbol = format!("{}.{NAME}", cx.index.class_name(class));
    let mut found = Finding::new(ID, symbol, Label::new(value.at, "no pages"), message)
        .related([Label::new(item.name_at, "the view")]);
    if views::has_comment(cx, value.at) {
        found.confidence = Some(Confidence::Low);
    }
    if !value.alone || value.conditional || value.augmented {
        return found.instruction(format!(
            "Delete `{NAME} = None`, or keep it with an ignore comment and the reason."
        ));
    }
    found.fix(Fix {
        title: format!("Remove `{NAME}`, so that what is inherited counts"),
        effect: Effect::Reshapes,
        effect_note: format!(
            "Answers of `{}` come in pages with `count`, `next` and `results`; clients that expect a plain list must \
             follow.",
            item.name
        ),
        operations: vec![Operation::RemoveStatement { at: value.at }],
    })
}
