//! Random guarded views ([`crate::support::guards_generator`]) under real Django and DRF: who comes in where the tool
//! says that anybody does, or not. `GUARDS=500 cargo test policy_generated` runs that many projects,
//! `GUARDS_FROM=7` starts at another number; a single one is printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use drf_harden::endpoints::policy::Exposure;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::policy::{Case, View};
use crate::policy_differential::{PACKAGES, ask};
use crate::support::{guards_generator, venv};

/// Each project has sixteen views.
const PROJECTS: u64 = 24;

#[test]
fn no_generated_guard_is_told_wrong() {
    let Some(python) = venv::python("policy", PACKAGES) else { return };
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (from, count) = (number("GUARDS_FROM", 1), number("GUARDS", PROJECTS));
    let outcomes: Vec<(usize, usize, String)> = (from..from + count)
        .into_par_iter()
        .map(|seed| {
            let made = guards_generator::project(seed);
            let whole = Case {
                name: format!("seed {seed}"),
                files: made.files,
                views: views(&made.views),
                is_real: true,
            };
            let answers = ask(&python, &whole);
            if count == 1 {
                whole.files.iter().for_each(|(path, text)| eprintln!("--- {path}\n{text}"));
            }
            // The tool knows the project alone.
            let files = whole.files.iter().filter(|(path, _)| path != "outside.py").cloned().collect();
            let case = Case { files, ..whole };
            let (mut claimed, mut all, mut wrong) = (0, 0, String::new());
            for ((view, policy), real) in case.views.iter().zip(case.judge()).zip(&answers) {
                // A class whose bases have no order.
                if real.get("error").is_some() {
                    continue;
                }
                for (method, exposure) in policy.by_method {
                    all += 1;
                    let passes = &real["passes"][&method];
                    if exposure != Exposure::Unknown {
                        claimed += 1;
                    }
                    if !is_right(exposure, passes) {
                        let (exposure, why) = (exposure.as_str(), &policy.why);
                        writeln!(
                            wrong,
                            "{} {}: {method} is {exposure}, real {passes} ({why})",
                            case.name, view.target
                        )
                        .unwrap();
                    }
                }
            }
            (claimed, all, wrong)
        })
        .collect();
    let (mut claimed, mut all, mut told) = (0, 0, String::new());
    for (some, of, wrong) in outcomes {
        (claimed, all) = (claimed + some, all + of);
        told += &wrong;
    }
    eprintln!("{claimed} of {all} verdicts on generated guards are claimed");
    assert!(told.is_empty(), "{told}");
    assert!(all > 20 * count as usize, "{all} verdicts of {count} projects");
    assert!(2 * claimed > all, "{claimed} of {all} are claimed");
}

/// Whether nobody passes what is called protected, and anybody what is open. A login may be the least of what is asked,
/// and a plain user may be among those whom something lets in that cannot be told.
fn is_right(exposure: Exposure, passes: &Value) -> bool {
    match exposure {
        // What the object check says where there is no object does not matter.
        Exposure::Open | Exposure::ReadOpen => passes["nobody"][0] == true,
        Exposure::Authenticated | Exposure::Restricted => passes["nobody"] != json!([true, true]),
        Exposure::Unknown => true,
    }
}

fn views(made: &[(String, Vec<(&'static str, &'static str)>)]) -> Vec<View> {
    let view = |(target, actions): &(String, Vec<(&'static str, &'static str)>)| {
        let actions: BTreeMap<String, String> =
            actions.iter().map(|(method, action)| ((*method).to_owned(), (*action).to_owned())).collect();
        View::new(target, actions)
    };
    made.iter().map(view).collect()
}
