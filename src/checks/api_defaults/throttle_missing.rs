//! Nothing limits how often a client may call: no default throttle class, classes without rates (which let everything
//! pass), or rates that no class uses. Classes, rates and scopes are judged as one; a limit at the gateway or on
//! single views is not seen here. <https://www.django-rest-framework.org/api-guide/throttling/>

use crate::checks::support::fixes::{Operations, Remedy};
use crate::checks::support::lists::{last_part, name_of};
use crate::checks::support::rest::{self, Key};
use crate::checks::support::rest_keys::{misspelt, rename};
use crate::checks::support::throttles::{
    ANONYMOUS, CLASSES, Limit, RATES, SCOPED, USER, limit, rate, rates, set_rates, used_by_views,
};
use crate::checks::support::{endpoints, permissions};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::edit::Code;
use crate::finding::{Effect, Label, Outcome};
use crate::settings::{Dict, Node, SettingsModel, Truth};

pub(crate) struct ThrottleMissing;

impl Check for ThrottleMissing {
    fn id(&self) -> &'static str {
        "throttle-missing"
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        permissions::detail_where_open(cx)
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let classes = match rest::key(model, CLASSES) {
            Key::Unclear(cause) => return rest::unclear(cx, model, CLASSES, &cause),
            Key::Absent => None,
            Key::Set(node) => Some(node),
        };
        let rates = match rates(model) {
            Ok(rates) => rates,
            Err(cause) => return rest::unclear(cx, model, RATES, &cause),
        };
        match classes.map(Node::truthy) {
            None | Some(Truth::No) => self.no_classes(cx, model, rates),
            Some(Truth::Maybe) => {
                Outcome::unknown(format!("{}.", rest::wording(model, CLASSES)), self::seen(cx, model))
            }
            Some(Truth::Yes) => {
                self.with_classes(cx, model, classes.expect("internal error: a list has a truth"), rates)
            }
        }
    }
}

fn seen(cx: &CheckContext<'_>, model: &SettingsModel) -> Vec<Label> {
    vec![rest::label_of(cx, model, CLASSES), rest::label_of(cx, model, RATES)]
}

/// How many endpoints the default leaves without a limit, as the end of a sentence. Told where the endpoints are
/// listed anyway, because everybody gets in: listing them takes time.
fn unlimited(cx: &CheckContext<'_>) -> String {
    let found =
        permissions::default_is_open(cx).then(|| endpoints::by_default(cx, |p| &p.throttle)).flatten();
    match found {
        Some((inventory, found)) if !found.is_empty() => {
            format!(": {}", endpoints::count(inventory, &found, |_| true))
        }
        _ => String::new(),
    }
}

fn remedy() -> Remedy {
    Remedy {
        title: "Limit anonymous and logged-in callers".to_owned(),
        effect: Effect::Tightens,
        note: "Clients over the limit get 429; the rates are suggestions, and the counters live in the default cache."
            .to_owned(),
        by_hand: format!("Set `{CLASSES}` and `{RATES}` in `REST_FRAMEWORK` together"),
    }
}

/// The rate to suggest for a scope.
fn suggestion(scope: &str) -> &'static str {
    if scope == "anon" { "60/min" } else { "600/min" }
}

/// Gives the scopes that have no rate one.
fn add_rates(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    rates: Option<&Dict>,
    scopes: &[&str],
) -> Operations {
    let missing: Vec<_> = scopes.iter().filter(|s| rate(rates, s) == Truth::No).collect();
    let new: Vec<_> = missing.into_iter().map(|s| (*s, suggestion(s))).collect();
    set_rates(cx, model, &new)
}

impl ThrottleMissing {
    fn no_classes(&self, cx: &CheckContext<'_>, model: &SettingsModel, rates: Option<&Dict>) -> Outcome {
        let unused = rates.is_some_and(|r| r.entries.iter().any(|e| e.value.truthy() == Truth::Yes));
        let by_views = used_by_views(cx);
        let message = if by_views {
            format!(
                "{}, so only the views that name throttles themselves limit anything",
                rest::wording(model, CLASSES)
            )
        } else if unused {
            format!(
                "{}, so no view uses `{RATES}` unless it names a throttle itself",
                rest::wording(model, CLASSES)
            )
        } else {
            format!("{}, so a client may call as often as it likes", rest::wording(model, CLASSES))
        };
        let message = format!("{message}{}", unlimited(cx));
        let found = rest::finding(cx, model, self.id(), CLASSES, message.clone());
        // Rates under a misspelt key are put right as they are, and only the classes that go by them are named.
        let misspelt = misspelt(model, RATES);
        let meant = misspelt.and_then(|entry| entry.value.as_dict());
        let limited = [("anon", ANONYMOUS), ("user", USER)]
            .into_iter()
            .filter(|(scope, _)| meant.is_none_or(|rates| rate(Some(rates), scope) == Truth::Yes));
        let (scopes, classes): (Vec<_>, Vec<_>) = limited.map(|(s, class)| (s, Code::str(class))).unzip();
        if classes.is_empty() {
            let operations = Err("the rates are under another key, which comes first".to_owned());
            return Outcome::fail(format!("{message}."), vec![remedy().attach(found, operations)]);
        }
        let named = rest::set_keys(cx, model, vec![(CLASSES, Code::List(classes))]);
        let operations = named.and_then(|mut operations| {
            operations.extend(match misspelt {
                Some(entry) => rename(cx, model, entry, RATES)?,
                None => add_rates(cx, model, rates, &scopes)?,
            });
            Ok(operations)
        });
        Outcome::fail(format!("{message}."), vec![remedy().attach(found, operations)])
    }

    fn with_classes(
        &self,
        cx: &CheckContext<'_>,
        model: &SettingsModel,
        classes: &Node,
        rates: Option<&Dict>,
    ) -> Outcome {
        let names: Vec<_> =
            classes.as_items().map_or(&[][..], |i| &i.items).iter().filter_map(name_of).collect();
        let limits: Vec<_> = names.iter().map(|name| limit(cx, name)).collect();
        let scopes: Vec<_> = limits
            .iter()
            .filter_map(|l| if let Limit::Scope(scope) = l { Some(scope.as_str()) } else { None })
            .collect();
        let missing: Vec<_> = scopes.iter().copied().filter(|s| rate(rates, s) == Truth::No).collect();
        let unclear = scopes.iter().any(|s| rate(rates, s) == Truth::Maybe);
        let seen = seen(cx, model);
        if let [first, ..] = missing.as_slice() {
            let what = if rates.is_some_and(|r| r.has(first) == Truth::No) {
                format!("`{RATES}` has no rate for `{first}`, so the throttle fails at the first request")
            } else {
                format!("no rate is set for `{first}`, so the throttle lets everything pass")
            };
            let message = format!("{}, but {what}", rest::wording(model, CLASSES));
            let found = rest::finding(cx, model, self.id(), RATES, message.clone());
            let operations = add_rates(cx, model, rates, &missing);
            return Outcome::fail(format!("{message}."), vec![remedy().attach(found, operations)]);
        }
        if unclear {
            return Outcome::unknown(format!("{}.", rest::wording(model, RATES)), seen);
        }
        if !scopes.is_empty() || limits.contains(&Limit::Own) {
            return Outcome::pass(format!("{}, with rates.", rest::wording(model, CLASSES)), seen);
        }
        match names.iter().find(|n| **n != SCOPED) {
            Some(own) => Outcome::unknown(format!("what `{}` limits cannot be told.", last_part(own)), seen),
            None if names.is_empty() => Outcome::unknown(format!("{}.", rest::wording(model, CLASSES)), seen),
            None => {
                Outcome::unknown("`ScopedRateThrottle` limits only views that name a `throttle_scope`.", seen)
            }
        }
    }
}
