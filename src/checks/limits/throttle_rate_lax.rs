//! A rate in `DEFAULT_THROTTLE_RATES`, or of a throttle class, so high that it limits nobody: a hundred requests a second and more, or more than
//! one a second for a login. Where the line is depends on the service, so this is a hint.

use crate::checks::support::settings::first_line;
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::throttles::{self, RATES};
use crate::checks::support::{rest, views};
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::Expression;
use crate::settings::{Entry, Truth};
use crate::source::clean;

pub(crate) struct ThrottleRateLax;

const ID: &str = "throttle-rate-lax";
/// Requests a second from which a rate protects no server.
const ABSURD: f64 = 100.0;
/// Requests a second from which a password can be guessed.
const GUESSING: f64 = 1.0;

impl Check for ThrottleRateLax {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let mut tally = Tally::default();
        of_classes(cx, &mut tally);
        let rates = match throttles::rates(model) {
            Ok(Some(rates)) => rates,
            Ok(None) if tally.findings.is_empty() => {
                return Outcome::not_applicable(format!("`{RATES}` is not set"));
            }
            Ok(None) => return tally.outcome(&WORDS),
            Err(cause) if tally.findings.is_empty() => return rest::unclear(cx, model, RATES, &cause),
            Err(cause) => {
                tally.unclear.push(Label::new(rest::place_of(cx, model, RATES), cause));
                return tally.outcome(&WORDS);
            }
        };
        for Entry { key, value } in &rates.entries {
            let at =
                value.at.or(key.at).map_or_else(|| rest::place_of(cx, model, RATES), |at| first_line(cx, at));
            let (Some(scope), Some(rate)) = (key.as_str(), value.as_str()) else {
                match value.cause() {
                    Some(cause) => tally.unclear.push(Label::new(at, cause)),
                    None => tally.passed.push(Label::new(at, "no rate")),
                }
                continue;
            };
            match per_second(rate) {
                Some(number) if number > limit(scope) => {
                    let message = told(scope, rate);
                    let mut found = rest::finding(cx, model, ID, RATES, message);
                    found.symbol = format!("{}.{RATES}.{scope}", rest::NAME);
                    found.primary = Label::new(at, "too many requests to be a limit");
                    tally.findings.push(found.instruction(LOWER));
                }
                Some(_) => tally.passed.push(Label::new(at, "a limit")),
                None => tally.unclear.push(Label::new(at, "DRF cannot read this rate")),
            }
        }
        if let Some(cause) = &rates.rest {
            tally.unclear.push(Label::new(rest::place_of(cx, model, RATES), cause.clone()));
        }
        tally.outcome(&WORDS)
    }
}

/// The rates that throttle classes of the project have of their own.
fn of_classes(cx: &CheckContext<'_>, tally: &mut Tally) {
    for (id, class) in cx.index.classes() {
        let Some(value) = class.attribute("rate").filter(|_| !views::is_beside(cx, class.at.file)) else {
            continue;
        };
        let Expression::Str(rate) = &value.value else { continue };
        if cx.index.is_subclass_of(id, "rest_framework.throttling.SimpleRateThrottle") != Truth::Yes {
            continue;
        }
        let name = &*class.name;
        match per_second(rate) {
            Some(number) if number > limit(name) => {
                let label = Label::new(value.at, "too many requests to be a limit");
                let symbol = format!("{}.rate", cx.index.class_name(id));
                tally.findings.push(Finding::new(ID, symbol, label, told(name, rate)).instruction(LOWER));
            }
            _ => tally.passed.push(Label::new(value.at, "a limit")),
        }
    }
}

/// Requests a second beyond which a rate is no limit.
fn limit(scope: &str) -> f64 {
    if is_login(scope) { GUESSING } else { ABSURD }
}

fn told(scope: &str, rate: &str) -> String {
    let what = if is_login(scope) { "a password can be guessed at" } else { "nobody reaches" };
    format!("The rate of `{}` is `{}`, which {what}.", clean(scope), clean(rate))
}

const LOWER: &str = "Set the rate a little above what a busy client really needs; count in minutes or hours.";
const WORDS: Words = Words {
    places: "rates",
    wrong: "are so high that they limit nobody",
    right: "are limits",
    none: "No rate is set.",
};

/// Requests a second, as DRF reads `100/hour`.
fn per_second(rate: &str) -> Option<f64> {
    let (number, period) = rate.split_once('/')?;
    let seconds = match period.trim().chars().next()? {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => return None,
    };
    Some(number.trim().parse::<u32>().ok().map(f64::from)? / seconds)
}

/// Whether a scope is named for a place where credentials are tried.
fn is_login(scope: &str) -> bool {
    let lower = scope.to_ascii_lowercase();
    let words =
        ["login", "signin", "sign_in", "password", "otp", "mfa", "2fa", "obtain", "dj_rest_auth", "verify"];
    words.iter().any(|w| lower.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_drf_does() {
        assert_eq!(per_second("120/min"), Some(2.0));
        assert_eq!(per_second("5/sec"), Some(5.0));
        assert_eq!(per_second("1/d").map(|r| r < 0.01), Some(true));
        assert_eq!(per_second("lots/min"), None);
        assert_eq!(per_second("5"), None);
    }
}
