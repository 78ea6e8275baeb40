//! A view names a throttle or a scope that limits nothing: a class whose scope has no rate (without rates DRF lets
//! everything pass, beside other rates it fails at the first request), or a `throttle_scope` that no throttle reads.
//!
//! Not covered: scopes that code computes, and the default classes, which have a check of their own.
//! <https://www.django-rest-framework.org/api-guide/throttling/#scopedratethrottle>

use crate::checks::support::fixes::{Operations, Remedy};
use crate::checks::support::rest;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::throttles::{self, CLASSES, Limit, RATES, SCOPED, limits_of, rate, set_rates};
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Finding, Label, Outcome};
use crate::index::items::ValueItem;
use crate::index::{ClassId, Expression, Lookup, Policy};
use crate::settings::{Dict, SettingsModel, Truth};
use crate::source::clean;

pub(crate) struct ViewThrottleIneffective;

const ID: &str = "view-throttle-ineffective";

struct Judge<'a> {
    cx: &'a CheckContext<'a>,
    model: &'a SettingsModel,
    rates: Option<&'a Dict>,
    /// What the default throttles go by; `None` where they cannot be told.
    defaults: Option<Vec<Limit>>,
}

impl Check for ViewThrottleIneffective {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let rates = match throttles::rates(model) {
            Ok(rates) => rates,
            Err(cause) => return rest::unclear(cx, model, RATES, &cause),
        };
        let names = throttles::defaults(model);
        let defaults = names.map(|n| n.into_iter().map(|name| throttles::limit(cx, name)).collect());
        let judge = Judge { cx, model, rates, defaults };
        let mut tally = Tally::default();
        for site in views::policy_sites(cx, Policy::Throttle) {
            let Some(limits) = limits_of(cx, site.at(), site.class(), site.value) else {
                tally.unclear.push(Label::new(site.at(), "the list is computed"));
                continue;
            };
            let symbol = views::symbol(cx.index, &site, Policy::Throttle);
            let view = views::view_name(cx.index, site.owner);
            for (name, limit) in limits {
                judge.throttle(&view, &symbol, site.at(), &name, &limit, &mut tally);
            }
        }
        for (class, view) in views::classes(cx) {
            let scopes = cx.index.class(class).attributes.iter().filter(|a| &*a.name == "throttle_scope");
            for value in scopes.filter(|_| view == Truth::Yes) {
                judge.scope(class, value, &mut tally);
            }
        }
        tally.outcome(&Words {
            places: "throttles and scopes that views name",
            wrong: "limit nothing or fail",
            right: "work",
            none: "No view names a throttle or a scope.",
        })
    }
}

impl Judge<'_> {
    /// A throttle class that a view names.
    fn throttle(
        &self,
        view: &str,
        symbol: &str,
        at: crate::source::Span,
        name: &str,
        limit: &Limit,
        tally: &mut Tally,
    ) {
        let scope = match limit {
            Limit::Scope(scope) => scope,
            Limit::Own | Limit::OfView => return tally.passed.push(Label::new(at, "has a rate of its own")),
            Limit::Unclear => {
                return tally
                    .unclear
                    .push(Label::new(at, format!("what `{}` limits is not followed", clean(name))));
            }
        };
        match rate(self.rates, scope) {
            Truth::Yes => tally.passed.push(Label::new(at, format!("the rate of `{}` is set", clean(scope)))),
            Truth::Maybe => tally.unclear.push(Label::new(at, "whether its rate is set cannot be told")),
            // The default has the same hole, and its own check tells.
            Truth::No if self.default_has(limit) => {
                tally.passed.push(Label::new(at, "lacks its rate as the default does"));
            }
            Truth::No => {
                let what = self.without_rate(scope);
                let message = format!("{view} is to be limited by `{}`, but {what}.", clean(name));
                let label = Label::new(at, format!("no rate for `{}`", clean(scope)));
                let found = Finding::new(ID, format!("{symbol}.{scope}"), label, message);
                let operations = set_rates(self.cx, self.model, &[(scope, suggestion(scope))]);
                tally.findings.push(remedy(scope).attach(found, operations));
            }
        }
    }

    fn default_has(&self, limit: &Limit) -> bool {
        self.defaults.as_ref().is_some_and(|limits| limits.contains(limit))
    }

    /// What happens without a rate: DRF's own table knows `anon` and `user` as `None`.
    fn without_rate(&self, scope: &str) -> String {
        let scope = clean(scope);
        let silent = match self.rates {
            None => matches!(&*scope, "anon" | "user"),
            Some(dict) => dict.get(&scope).is_some(),
        };
        if silent {
            format!("no rate is set for `{scope}`, so everything passes")
        } else {
            format!("`{RATES}` has no rate for `{scope}`, so each request fails with an error 500")
        }
    }

    /// A `throttle_scope` of a view.
    fn scope(&self, class: ClassId, value: &ValueItem, tally: &mut Tally) {
        let at = value.at;
        let scope = match &value.value {
            Expression::Str(scope) if !scope.is_empty() => scope,
            Expression::None | Expression::Str(_) => {
                return tally.passed.push(Label::new(at, "names no scope"));
            }
            _ => return tally.unclear.push(Label::new(at, "the scope is computed")),
        };
        match self.is_read(class) {
            Truth::Maybe => tally.unclear.push(Label::new(at, "whether a throttle reads it cannot be told")),
            Truth::No => tally.findings.push(self.unread(class, value, scope)),
            Truth::Yes => match rate(self.rates, scope) {
                Truth::Yes => tally.passed.push(Label::new(at, "the scope has a rate")),
                Truth::Maybe => tally.unclear.push(Label::new(at, "whether its rate is set cannot be told")),
                Truth::No => {
                    let found =
                        self.found(class, value, &format!("{}.", self.without_rate(scope)), "has no rate");
                    let operations = set_rates(self.cx, self.model, &[(scope, suggestion(scope))]);
                    tally.findings.push(remedy(scope).attach(found, operations));
                }
            },
        }
    }

    /// Whether a scoped throttle counts for a class.
    fn is_read(&self, class: ClassId) -> Truth {
        let index = self.cx.index;
        if matches!(
            index.lookup(class, Policy::Throttle.method()),
            Lookup::Method { .. } | Lookup::Unknown(_)
        ) {
            return Truth::Maybe;
        }
        let limits: Option<Vec<Limit>> = match index.lookup(class, Policy::Throttle.name()) {
            // A mixin's views may bring throttles.
            Lookup::Absent | Lookup::Unknown(_) | Lookup::Method { .. } | Lookup::Framework { .. } => None,
            Lookup::Settings { .. } => {
                let Some(limits) = &self.defaults else { return Truth::Maybe };
                return reads_scope(limits);
            }
            Lookup::Value { class, value } => limits_of(self.cx, value.at, Some(class), &value.value)
                .map(|all| all.into_iter().map(|(_, limit)| limit).collect()),
        };
        limits.map_or(Truth::Maybe, |limits| reads_scope(&limits))
    }

    fn found(&self, class: ClassId, value: &ValueItem, what: &str, label: &str) -> Finding {
        let item = self.cx.index.class(class);
        let text = clean(self.cx.sources.slice(value.value_at)).replace('`', "'");
        let message = format!("`{}` sets the scope `{text}`, but {what}", item.name);
        let symbol = format!("{}.throttle_scope", self.cx.index.class_name(class));
        Finding::new(ID, symbol, Label::new(value.at, label), message)
            .related([Label::new(item.name_at, "the view")])
    }

    /// The scope is set and no throttle looks at it.
    fn unread(&self, class: ClassId, value: &ValueItem, scope: &str) -> Finding {
        let what = "no `ScopedRateThrottle` is among its throttles, so nothing reads it.";
        let found = self.found(class, value, what, "nothing reads the scope");
        let by_default =
            matches!(self.cx.index.lookup(class, Policy::Throttle.name()), Lookup::Settings { .. });
        let operations = if by_default { self.add_scoped(scope) } else { Err(String::new()) };
        Remedy {
            title: "Add `ScopedRateThrottle` to the default throttles".to_owned(),
            effect: Effect::Tightens,
            note: "Views that name a scope are limited by its rate; the rate of a scope without one is a suggestion."
                .to_owned(),
            by_hand: format!("Name `ScopedRateThrottle` in the view's `throttle_classes` or in `{CLASSES}`"),
        }
        .attach(found, operations)
    }

    fn add_scoped(&self, scope: &str) -> Operations {
        let names = throttles::defaults(self.model).filter(|names| !names.is_empty());
        let names = names.ok_or(format!("`{CLASSES}` names no throttles that could be kept beside it"))?;
        let all = names.into_iter().chain([SCOPED]).map(Code::str).collect();
        let mut operations = rest::set_keys(self.cx, self.model, vec![(CLASSES, Code::List(all))])?;
        if rate(self.rates, scope) == Truth::No {
            operations.extend(set_rates(self.cx, self.model, &[(scope, suggestion(scope))])?);
        }
        Ok(operations)
    }
}

/// Whether a list of throttles holds one that reads the view's scope.
fn reads_scope(limits: &[Limit]) -> Truth {
    if limits.contains(&Limit::OfView) {
        Truth::Yes
    } else if limits.contains(&Limit::Unclear) {
        Truth::Maybe
    } else {
        Truth::No
    }
}

/// A rate to begin with.
fn suggestion(scope: &str) -> &'static str {
    if scope == "user" { "600/min" } else { "60/min" }
}

fn remedy(scope: &str) -> Remedy {
    Remedy {
        title: format!("Set a rate for `{}`", clean(scope)),
        effect: Effect::Tightens,
        note: "Clients over the limit get 429; the rate is a suggestion.".to_owned(),
        by_hand: format!("Set a rate for `{}` in `{RATES}`", clean(scope)),
    }
}
