//! Keywords of `as_view()` that take a view's protection off where it is routed: `permission_classes` that let
//! everybody in, an empty `authentication_classes` or `throttle_classes`. The class itself looks safe all the while.
//!
//! Not covered: views of libraries, which checks of their own judge.
//! <https://docs.djangoproject.com/en/stable/ref/class-based-views/base/>

use memchr::memmem;

use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::{endpoints, flip, intent, throttles, views};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::edit::{Code, Operation};
use crate::endpoints::{Endpoint, Exposure, Inventory, Kind};
use crate::finding::{Confidence, Effect, Finding, Fix, Label, Outcome};
use crate::index::{ClassId, Expression, Lookup, Openness, Owner, Policy};
use crate::python::ast::{Expr, ExprCall};
use crate::python::visitor::{self, Visitor};
use crate::python::{ParsedModule, Ranged as _};
use crate::settings::Truth;
use crate::source::{FileId, Span};

pub(crate) struct RoutePolicyEmptied;

const ID: &str = "route-policy-emptied";
const POLICIES: [Policy; 3] = [Policy::Permission, Policy::Authentication, Policy::Throttle];

impl Check for RoutePolicyEmptied {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        if files(cx).next().is_some() {
            EndpointUse::Basis
        } else {
            EndpointUse::Idle("no route gives a view another policy")
        }
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let mut tally = Tally::default();
            for file in files(cx) {
                let tree = cx.index.tree(cx.sources, file);
                for call in calls(&tree) {
                    judge(cx, inventory, file, call, &mut tally);
                }
            }
            tally.outcome(&Words {
                places: "policies that `as_view()` is given",
                wrong: "take a view's protection off",
                right: "ask something of the caller",
                none: "No route gives a view another policy.",
            })
        })
    }
}

/// The files in which `as_view` is called with a policy, as far as their text tells.
fn files(cx: &CheckContext<'_>) -> impl Iterator<Item = FileId> {
    /// How far behind `as_view(` the keywords are looked for.
    const NEAR: usize = 400;
    let with_policy = |text: &str| {
        memmem::find_iter(text.as_bytes(), ".as_view(").any(|at| {
            let behind = &text.as_bytes()[at..text.len().min(at + NEAR)];
            memmem::find(behind, b"_classes").is_some()
        })
    };
    let all = cx.index.files().map(|f| f.file);
    all.filter(move |file| !views::is_beside(cx, *file) && with_policy(cx.sources.text(*file)))
}

fn calls(tree: &ParsedModule) -> Vec<&ExprCall> {
    struct Finder<'a>(Vec<&'a ExprCall>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Call(call) = expr
                && matches!(&*call.func, Expr::Attribute(function) if function.attr.as_str() == "as_view")
            {
                self.0.push(call);
            }
            visitor::walk_expr(self, expr);
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_body(tree.body());
    finder.0
}

fn judge(cx: &CheckContext<'_>, inventory: &Inventory, file: FileId, call: &ExprCall, tally: &mut Tally) {
    let at = Span::new(file, call.range());
    let mut told = false;
    for policy in POLICIES {
        let Some(keyword) = call.arguments.find_keyword(policy.name()) else { continue };
        let place = Span::new(file, keyword.range());
        let is_routed = |e: &&Endpoint| {
            let effective = match policy {
                Policy::Permission => &e.policy.permission,
                Policy::Authentication => &e.policy.authentication,
                Policy::Throttle => &e.policy.throttle,
            };
            let of_call =
                |span: Span| span.file == file && at.start() <= span.start() && span.end() <= at.end();
            e.kind == Kind::Drf && effective.at.is_some_and(of_call)
        };
        let routed: Vec<&Endpoint> = inventory.endpoints.iter().filter(is_routed).collect();
        let Some(Owner::Class(class)) = routed.first().and_then(|e| endpoints::owner(e)) else { continue };
        let value = Expression::of(&keyword.value);
        let emptied = match policy {
            Policy::Permission => {
                let some = |test: fn(Exposure) -> bool| {
                    routed.iter().any(|e| !endpoints::methods(e, test).is_empty())
                };
                if some(endpoints::is_open) {
                    Truth::Yes
                } else if some(|exposure| exposure == Exposure::Unknown) {
                    Truth::Maybe
                } else {
                    Truth::No
                }
            }
            _ => cx.index.is_empty_list(place, None, &value).map_or(Truth::Maybe, Into::into),
        };
        match emptied {
            Truth::No => tally.passed.push(Label::new(place, "asks something of the caller")),
            Truth::Maybe => tally.unclear.push(Label::new(place, "the list is computed")),
            Truth::Yes if policy == Policy::Throttle && throttles::of_class(cx, class) == Truth::No => {
                tally.passed.push(Label::new(place, "there is no limit to take off"));
            }
            // One cause is one finding.
            Truth::Yes if told && policy == Policy::Authentication => {}
            Truth::Yes => {
                told |= policy == Policy::Permission;
                match finding(cx, &routed, class, call, policy, file) {
                    Some(finding) => tally.findings.push(finding),
                    None => tally.passed.push(Label::new(place, "the view is public")),
                }
            }
        }
    }
}

/// `None` where the view is public by what it does or on the team's word.
fn finding(
    cx: &CheckContext<'_>,
    routed: &[&Endpoint],
    class: ClassId,
    call: &ExprCall,
    policy: Policy,
    file: FileId,
) -> Option<Finding> {
    let owner = Owner::Class(class);
    let keyword = call.arguments.find_keyword(policy.name())?;
    let place = Span::new(file, keyword.range());
    let is_public =
        intent::public(cx, owner).is_some() || flip::kept(cx, &views::owner_name(cx.index, owner)).is_some();
    if is_public && policy != Policy::Throttle {
        return None;
    }
    let (view, name) = (views::view_name(cx.index, owner), policy.name());
    let path = endpoints::path(routed[0]);
    let blind = call
        .arguments
        .find_keyword(Policy::Authentication.name())
        .is_some_and(|k| cx.index.is_empty_list(place, None, &Expression::of(&k.value)) == Some(true));
    let message = match policy {
        Policy::Permission => {
            let and = if blind { " and looks at no credentials" } else { "" };
            format!("{path} leads to {view} with another `{name}`, and is open to everybody{and}.")
        }
        Policy::Authentication => {
            format!("{path} leads to {view} without authentication, so every caller is anonymous there.")
        }
        Policy::Throttle => format!("{path} leads to {view} without the limit that other views have."),
    };
    let symbol = format!("{}.as_view.{name}", views::owner_name(cx.index, owner));
    let mut finding = Finding::new(ID, symbol, Label::new(place, "takes the view's own away"), message)
        .related([Label::new(cx.index.class(class).name_at, "the view")]);
    if policy == Policy::Permission {
        finding.open_views = flip::open_views(cx, routed);
    }
    if views::has_comment(cx, place) || is_public {
        finding.confidence = Some(Confidence::Low);
    }
    let argument = |name: &str| {
        let keyword = call.arguments.find_keyword(name)?;
        Some(Operation::RemoveArgument {
            call: Span::new(file, call.range()),
            argument: Span::new(file, keyword.range()),
        })
    };
    let mut operations = vec![argument(name)?];
    let mut title = format!("Remove `{name}` from the route, so that the view's own counts");
    if policy == Policy::Permission {
        if own_is_closed(cx, class) != Some(true) {
            let (permission, import) = views::permission_name(cx.index, file, "IsAuthenticated")?;
            let with = Code::List(vec![Code::Name(permission)]);
            operations =
                vec![Operation::ReplaceExpression { at: Span::new(file, keyword.value.range()), with }];
            operations.extend(import);
            title = format!("Set `{name}` to `IsAuthenticated` on the route");
        }
        if blind {
            operations.extend(argument(Policy::Authentication.name()));
        }
    }
    Some(finding.fix(Fix {
        title,
        effect: Effect::Tightens,
        effect_note: match policy {
            Policy::Permission => {
                format!("Callers without an account, or without the permission, are refused at {path}.")
            }
            Policy::Authentication => format!("{path} reads credentials again: wrong ones are refused."),
            Policy::Throttle => format!("Clients over the limit get 429 at {path} too."),
        },
        operations,
    }))
}

/// Whether the class asks something of its callers by what it sets or inherits.
fn own_is_closed(cx: &CheckContext<'_>, class: ClassId) -> Option<bool> {
    match cx.index.lookup(class, Policy::Permission.name()) {
        Lookup::Settings { .. } => Some(views::default_is_closed(cx)),
        Lookup::Value { class, value } => {
            Some(cx.index.openness(value.at, Some(class), &value.value) == Openness::Closed)
        }
        _ => None,
    }
}
