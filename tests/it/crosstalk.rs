//! Every check on every fixture: who else fires where. A new check that also speaks on somebody else's fixture
//! shows up in the snapshot's diff. Findings about settings that a fixture does not write at all are left out.

use std::fmt::Write as _;

use drf_harden::engine::Silent;
use rayon::prelude::*;

use crate::checks::fixtures;
use crate::support::literate::{project, read};

#[test]
fn who_fires_where() {
    let mut names: Vec<_> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let tables: Vec<String> = names
        .par_iter()
        .map(|name| {
            let check = name.trim_end_matches(".md");
            let mut table = String::new();
            for case in read(&std::fs::read_to_string(fixtures().join(name)).unwrap()) {
                let folder = case.lay_out();
                let Ok(report) = case.engine(folder.path()).scan(&Silent) else { continue };
                let others: std::collections::BTreeSet<_> = project(&report)
                    .findings
                    .iter()
                    .filter(|f| f.finding.check != check && !f.finding.primary.message.contains("is not set"))
                    .map(|f| f.finding.check)
                    .collect();
                for other in others {
                    writeln!(table, "{check} / {}: {other}", case.title).unwrap();
                }
            }
            table
        })
        .collect();
    insta::assert_snapshot!(tables.concat());
}
