//! `@permission_classes`, `@authentication_classes` or `@throttle_classes` where DRF does not read it: above
//! `@api_view` (refused at import since DRF 3.17), on a method of a view class, or on a function that is no API view.
//! <https://www.django-rest-framework.org/api-guide/views/#api-policy-decorators>

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::versions::drf_is_at_least;
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::{Code, Operation};
use crate::finding::{Effect, Finding, Fix, Label, Outcome};
use crate::index::items::{DecoratorItem, FunctionItem};
use crate::index::{API_VIEW_DECORATOR, ClassId, Expression, Lookup, Openness, Policy, Resolution};
use crate::settings::Truth;

pub(crate) struct PolicyDecoratorIneffective;

const ID: &str = "policy-decorator-ineffective";
const POLICIES: [Policy; 3] = [Policy::Permission, Policy::Authentication, Policy::Throttle];

impl Check for PolicyDecoratorIneffective {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        if !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        let mut tally = Tally::default();
        for (id, function) in cx.index.functions() {
            if !views::is_beside(cx, id.file) {
                judge_function(cx, &cx.index.function_name(id), function, &mut tally);
            }
        }
        for (class, view) in views::classes(cx) {
            for method in &cx.index.class(class).methods {
                judge_method(cx, class, view, method, &mut tally);
            }
        }
        tally.outcome(&Words {
            places: "policy decorators",
            wrong: "stand where DRF does not read them",
            right: "stand where DRF reads them",
            none: "No policy is set by a decorator.",
        })
    }
}

/// The policy that a decorator sets.
fn policy(cx: &CheckContext<'_>, decorator: &DecoratorItem) -> Option<Policy> {
    let name = decorator.name.as_deref()?;
    let Resolution::External(full) = cx.index.resolve_at(decorator.at, name) else { return None };
    let last = full.strip_prefix("rest_framework.decorators.")?;
    POLICIES.into_iter().find(|p| p.name() == last)
}

fn judge_function(cx: &CheckContext<'_>, symbol: &str, function: &FunctionItem, tally: &mut Tally) {
    let policies: Vec<_> = function.decorators.iter().map(|d| policy(cx, d)).collect();
    let Some(first) = policies.iter().position(Option::is_some) else { return };
    let is_api_view = |d: &DecoratorItem| {
        d.name.as_deref().is_some_and(|name| cx.index.is_external(d.at, name, API_VIEW_DECORATOR))
    };
    let at = function.decorators[first].at;
    let Some(api_view) = function.decorators.iter().position(is_api_view) else {
        if may_become_view(cx, function) {
            tally.unclear.push(Label::new(at, "another decorator may make an API view of it"));
        } else {
            tally.findings.push(plain_function(cx, symbol, function, first));
        }
        return;
    };
    if first > api_view {
        tally.passed.push(Label::new(at, "below `@api_view`"));
        return;
    }
    tally.findings.push(above(cx, symbol, function, &policies, first, api_view));
}

/// Whether a function without `@api_view` may get it another way.
fn may_become_view(cx: &CheckContext<'_>, function: &FunctionItem) -> bool {
    let is_strange = |d: &&DecoratorItem| {
        policy(cx, d).is_none()
            && !d.name.as_deref().is_some_and(|name| {
                matches!(cx.index.resolve_at(d.at, name), Resolution::External(n) if n.starts_with("django."))
            })
    };
    function.decorators.iter().any(|d| is_strange(&d))
        || cx.sources.text(function.at.file).contains("api_view(")
}

fn plain_function(cx: &CheckContext<'_>, symbol: &str, function: &FunctionItem, first: usize) -> Finding {
    let (at, name) = (function.decorators[first].at, &function.name);
    let decorator = function.decorators[first].name.as_deref().unwrap_or_default();
    let message =
        format!("`@{decorator}` does nothing: `{name}` is a plain Django view, without `@api_view`.");
    let label = Label::new(crate::checks::support::settings::first_line(cx, at), "DRF never reads it");
    Finding::new(ID, symbol, label, message).related([Label::new(function.name_at, "the view")]).instruction(
        "Put `@api_view([...])` with the methods above it, or protect the view with Django's decorators.",
    )
}

fn above(
    cx: &CheckContext<'_>,
    symbol: &str,
    function: &FunctionItem,
    policies: &[Option<Policy>],
    first: usize,
    api_view: usize,
) -> Finding {
    let (decorators, name) = (&function.decorators, &function.name);
    let written = decorators[first].name.as_deref().unwrap_or_default();
    let consequence = match drf_is_at_least(cx, [3, 17, 0]) {
        Truth::Yes => "and DRF refuses this order when the module is imported",
        Truth::No => "and DRF ignores it without a word, so the default counts",
        Truth::Maybe => "where DRF before 3.17 ignores it and newer versions refuse to start",
    };
    let message = format!("`@{written}` of `{name}` stands above `@api_view`, {consequence}.");
    let at = crate::checks::support::settings::first_line(cx, decorators[first].at);
    let finding = Finding::new(ID, symbol, Label::new(at, "applied to the finished view"), message)
        .related([Label::new(decorators[api_view].at, "makes the view")]);
    let all_policies = policies[first..api_view].iter().all(Option::is_some);
    let opens = decorators[first..api_view].iter().zip(&policies[first..api_view]).any(|(d, policy)| {
        let Some([argument, ..]) = d.arguments.as_deref() else { return true };
        opens(cx, d, *policy, &argument.value)
    });
    if !all_policies || opens {
        return finding.instruction(format!(
            "Move `@{written}` below `@api_view`, if the view is to have this policy."
        ));
    }
    let text = |d: &DecoratorItem| Code::Raw(cx.sources.slice(d.at).to_owned());
    // `@api_view` moves to the top of the group and each policy one line down.
    let moved = decorators[first..api_view].iter().zip(&decorators[first + 1..=api_view]);
    let mut operations =
        vec![Operation::ReplaceExpression { at: decorators[first].at, with: text(&decorators[api_view]) }];
    operations.extend(moved.map(|(from, to)| Operation::ReplaceExpression { at: to.at, with: text(from) }));
    finding.fix(Fix {
        title: "Put `@api_view` on top".to_owned(),
        effect: Effect::Tightens,
        effect_note: format!("`{name}` gets the policy that its decorators name, in place of the default."),
        operations,
    })
}

/// Whether the policy would take away what protects the view while it is ignored.
fn opens(cx: &CheckContext<'_>, at: &DecoratorItem, policy: Option<Policy>, value: &Expression) -> bool {
    match policy {
        Some(Policy::Permission) => cx.index.openness(at.at, None, value) != Openness::Closed,
        _ => cx.index.is_empty_list(at.at, None, value) != Some(false),
    }
}

fn judge_method(
    cx: &CheckContext<'_>,
    class: ClassId,
    view: Truth,
    method: &FunctionItem,
    tally: &mut Tally,
) {
    let set = method.decorators.iter().find_map(|d| Some((d, policy(cx, d)?)));
    let Some((decorator, policy)) = set else { return };
    let at = crate::checks::support::settings::first_line(cx, decorator.at);
    // A method of the project may look for what the decorator leaves on the function.
    let own = cx.index.lookup(class, policy.method());
    if view != Truth::Yes || !matches!(own, Lookup::Framework { .. } | Lookup::Absent) {
        tally.unclear.push(Label::new(at, format!("`{}` of the view may read it", policy.method())));
        return;
    }
    let (item, name) = (cx.index.class(class), policy.name());
    let message = format!(
        "`@{name}` on the method `{}` of `{}` does nothing: DRF reads the policy of a class from the class.",
        method.name, item.name
    );
    let symbol = format!("{}.{}", cx.index.class_name(class), method.name);
    let finding = Finding::new(ID, symbol, Label::new(at, "DRF never reads it"), message)
        .related([Label::new(item.name_at, "the view")]);
    tally.findings.push(finding.instruction(format!(
        "Set `{name}` on the class, give it to `@action({name}=...)`, or decide by `self.request.method` in `{}`.",
        policy.method()
    )));
}
