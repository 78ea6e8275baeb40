//! `SILENCED_SYSTEM_CHECKS` hides Django's own security checks.
//! <https://docs.djangoproject.com/en/stable/ref/settings/#silenced-system-checks>

use crate::checks::support::fixes::Remedy;
use crate::checks::support::lists::remove;
use crate::checks::support::settings::{element_place, finding, judged_setting, wording};
use crate::checks::{Check, CheckContext};
use crate::finding::{Effect, Outcome};
use crate::settings::Truth;
use crate::source::clean;

pub(crate) struct SecurityChecksSilenced;

const NAME: &str = "SILENCED_SYSTEM_CHECKS";

impl Check for SecurityChecksSilenced {
    fn id(&self) -> &'static str {
        "security-checks-silenced"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let absent = |seen| Outcome::pass(format!("`{NAME}` is not set."), seen);
        let (model, setting, seen) = match judged_setting(cx, NAME, absent) {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        let is_security = |node: &crate::settings::Node| match node.as_str() {
            Some(id) => id.starts_with("security.").into(),
            None => Truth::Maybe,
        };
        match setting.node.any_item(&is_security) {
            Truth::No => return Outcome::pass(format!("`{NAME}` names no security check."), vec![seen]),
            Truth::Maybe => return Outcome::unknown(format!("{}.", wording(model, NAME)), vec![seen]),
            Truth::Yes => {}
        }
        let silenced =
            setting.node.as_items().map(|i| i.items.iter().filter(|n| is_security(n) == Truth::Yes));
        let mut findings = Vec::new();
        for element in silenced.into_iter().flatten() {
            let id = clean(element.as_str().unwrap_or_default());
            let message = format!("`{NAME}` hides Django's check `{id}`");
            let mut found = finding(cx, model, self.id(), &format!("{NAME}.{id}"), message);
            found.primary.span = element_place(cx, seen.span, element);
            "hidden here".clone_into(&mut found.primary.message);
            let found = Remedy {
                title: format!("Let Django report `{id}` again"),
                effect: Effect::Safe,
                note: "`manage.py check --deploy` reports it again; requests are not affected.".to_owned(),
                by_hand: format!("Remove `\"{id}\"` from `{NAME}`"),
            }
            .attach(found, remove(cx, model, NAME, &setting.node, element));
            findings.push(found);
        }
        if findings.is_empty() {
            return Outcome::unknown(format!("{}.", wording(model, NAME)), vec![seen]);
        }
        Outcome::fail(format!("`{NAME}` hides {} of Django's security checks.", findings.len()), findings)
    }
}
