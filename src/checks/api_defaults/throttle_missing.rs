//! Nothing limits how often a client may call: no default throttle class, classes without rates (which let everything
//! pass), or rates that no class uses. Classes, rates and scopes are judged as one; a limit at the gateway or on
//! single views is not seen here. <https://www.django-rest-framework.org/api-guide/throttling/>

use crate::checks::support::classes::{attribute, defines, find, is_none, libraries};
use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::{last_part, name_of};
use crate::checks::support::rest::{self, Key};
use crate::checks::support::rest_keys::{misspelt, rename};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Outcome};
use crate::settings::{Dict, Node, SettingsModel, Truth};

pub(crate) struct ThrottleMissing;

const CLASSES: &str = "DEFAULT_THROTTLE_CLASSES";
const RATES: &str = "DEFAULT_THROTTLE_RATES";
const ANONYMOUS: &str = "rest_framework.throttling.AnonRateThrottle";
const USER: &str = "rest_framework.throttling.UserRateThrottle";
const SCOPED: &str = "rest_framework.throttling.ScopedRateThrottle";

impl Check for ThrottleMissing {
    fn id(&self) -> &'static str {
        "throttle-missing"
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
        let rates = match rest::key(model, RATES) {
            Key::Unclear(cause) => return rest::unclear(cx, model, RATES, &cause),
            Key::Absent => None,
            Key::Set(node) => node.as_dict(),
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

fn seen(cx: &CheckContext<'_>, model: &SettingsModel) -> Vec<crate::finding::Label> {
    vec![rest::label_of(cx, model, CLASSES), rest::label_of(cx, model, RATES)]
}

/// Whether a rate is set for a scope.
fn rate(rates: Option<&Dict>, scope: &str) -> Truth {
    match rates {
        None => Truth::No,
        Some(dict) => match dict.get(scope) {
            Some(node) => node.truthy(),
            None => dict.has(scope),
        },
    }
}

/// What a throttle class goes by.
#[derive(PartialEq)]
enum Limit {
    /// The rate of a scope.
    Scope(String),
    /// A rate of its own.
    Own,
    /// It cannot be told.
    Unclear,
}

fn limit(cx: &CheckContext<'_>, class: &str) -> Limit {
    match class {
        ANONYMOUS => return Limit::Scope("anon".to_owned()),
        USER => return Limit::Scope("user".to_owned()),
        _ => {}
    }
    let Some(id) = find(cx.index, class) else { return Limit::Unclear };
    if ["allow_request", "get_rate", "parse_rate"].iter().any(|method| defines(cx, id, method)) {
        return Limit::Unclear;
    }
    let bases = libraries(cx.index, id);
    let inherits = |base: &str| bases.iter().any(|b| b == base);
    let known = if inherits(ANONYMOUS) {
        "anon"
    } else if inherits(USER) {
        "user"
    } else {
        return Limit::Unclear;
    };
    if attribute(cx, id, "rate").is_some_and(|rate| !is_none(rate)) {
        return Limit::Own;
    }
    match attribute(cx, id, "scope") {
        None => Limit::Scope(known.to_owned()),
        Some(text) if text.starts_with(['"', '\'']) => {
            Limit::Scope(text.trim_matches(['"', '\'']).to_owned())
        }
        Some(_) => Limit::Unclear,
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

/// All scopes with a rate: those that have one, and suggestions for the missing.
fn all_rates(rates: Option<&Dict>, scopes: &[&str]) -> Option<Code> {
    let mut entries: Vec<(Code, Code)> = Vec::new();
    for entry in rates.map_or(&[][..], |r| &r.entries) {
        let key = entry.key.as_str()?;
        if entry.value.truthy() == Truth::No && scopes.contains(&key) {
            continue;
        }
        entries.push((Code::str(key), Code::str(entry.value.as_str()?)));
    }
    for scope in scopes.iter().filter(|s| rate(rates, s) == Truth::No) {
        let suggestion = if *scope == "anon" { "60/min" } else { "600/min" };
        entries.push((Code::str(*scope), Code::str(suggestion)));
    }
    Some(Code::Dict(entries))
}

impl ThrottleMissing {
    fn no_classes(&self, cx: &CheckContext<'_>, model: &SettingsModel, rates: Option<&Dict>) -> Outcome {
        let unused = rates.is_some_and(|r| r.entries.iter().any(|e| e.value.truthy() == Truth::Yes));
        let message = if unused {
            format!(
                "{}, so no view uses `{RATES}` unless it names a throttle itself",
                rest::wording(model, CLASSES)
            )
        } else {
            format!("{}, so a client may call as often as it likes", rest::wording(model, CLASSES))
        };
        let found = rest::finding(cx, model, self.id(), CLASSES, message.clone());
        // Rates under a misspelt key are put right as they are, and only the classes that go by them are named.
        let misspelt = misspelt(model, RATES);
        let meant = misspelt.and_then(|entry| entry.value.as_dict());
        let rates = rates.or(meant);
        let limited = [("anon", ANONYMOUS), ("user", USER)]
            .into_iter()
            .filter(|(scope, _)| meant.is_none_or(|rates| rate(Some(rates), scope) == Truth::Yes));
        let (scopes, classes): (Vec<_>, Vec<_>) = limited.map(|(s, class)| (s, Code::str(class))).unzip();
        if classes.is_empty() {
            let operations = Err("the rates are under another key, which comes first".to_owned());
            return Outcome::fail(format!("{message}."), vec![remedy().attach(found, operations)]);
        }
        let mut entries = vec![(CLASSES, Code::List(classes))];
        let operations = if let Some(entry) = misspelt {
            rest::set_keys(cx, model, entries).and_then(|mut operations| {
                operations.extend(rename(cx, model, entry, RATES)?);
                Ok(operations)
            })
        } else if scopes.iter().all(|s| rate(rates, s) == Truth::Yes) {
            rest::set_keys(cx, model, entries)
        } else {
            match all_rates(rates, &scopes) {
                Some(rates) => {
                    entries.push((RATES, rates));
                    rest::set_keys(cx, model, entries)
                }
                None => Err(format!("`{RATES}` holds more than plain texts")),
            }
        };
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
            let operations = match all_rates(rates, &missing) {
                Some(rates) => rest::set_keys(cx, model, vec![(RATES, rates)]),
                None => Err(format!("`{RATES}` holds more than plain texts")),
            };
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
