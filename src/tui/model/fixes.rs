//! The fixes of the shown project: those of a practice, how they are marked, and where they change something.

use super::{Model, Plan};
use crate::engine::ReportedFinding;
use crate::source::FileId;
use crate::tui::session::Mark;

impl Model {
    /// The findings of a practice that count and have a fix, in order.
    pub fn fixes(&self, position: usize) -> Vec<&ReportedFinding> {
        let Some(project) = self.project() else { return Vec::new() };
        let Some(practice) = project.practices.get(position) else { return Vec::new() };
        practice
            .findings
            .iter()
            .filter_map(|&id| project.findings.get(id))
            .filter(|f| f.is_active() && f.finding.fix.is_some())
            .collect()
    }

    /// Every fix of the project that counts, in order.
    pub fn all_fixes(&self) -> impl Iterator<Item = &ReportedFinding> {
        let findings = self.project().map(|p| p.findings.as_slice()).unwrap_or_default();
        findings.iter().filter(|f| f.is_active() && f.finding.fix.is_some())
    }

    /// The fix with this fingerprint.
    pub fn fix_by(&self, fingerprint: &str) -> Option<&ReportedFinding> {
        self.all_fixes().find(|f| f.fingerprint == fingerprint)
    }

    /// The shown fix of the selected practice.
    pub fn current_fix(&self) -> Option<&ReportedFinding> {
        self.fixes(self.selected()?).get(self.fix).copied()
    }

    /// The mark on a fix.
    pub fn mark(&self, fingerprint: &str) -> Option<Mark> {
        self.session.marks.get(fingerprint).copied()
    }

    /// The fingerprints of the accepted fixes of the project, in order.
    pub fn staged(&self) -> Vec<String> {
        self.all_fixes()
            .filter(|f| self.mark(&f.fingerprint) == Some(Mark::Accepted))
            .map(|f| f.fingerprint.clone())
            .collect()
    }

    /// How many fixes of the project are accepted, rejected, undecided.
    pub fn marks(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for fix in self.all_fixes() {
            counts[match self.mark(&fix.fingerprint) {
                Some(Mark::Accepted) => 0,
                Some(Mark::Rejected) => 1,
                None => 2,
            }] += 1;
        }
        counts
    }

    /// The files that a fix changes, in the order of its operations.
    pub fn fix_files(&self, found: &ReportedFinding) -> Vec<FileId> {
        let mut files = Vec::new();
        for operation in found.finding.fix.iter().flat_map(|fix| &fix.operations) {
            if !files.contains(&operation.file()) {
                files.push(operation.file());
            }
        }
        files
    }

    /// Where a fix changes something: its first file, and the first changed line when that is known.
    pub fn fix_place(&self, found: &ReportedFinding) -> Option<(FileId, Option<usize>)> {
        let file = *self.fix_files(found).first()?;
        let report = self.report.as_ref()?;
        let path = report.sources.path(file);
        let planned = match self.plans.get([found.fingerprint.clone()].as_slice()) {
            Some(Plan::Ready(files)) => files.iter().find(|f| f.path == path),
            Some(Plan::Pending | Plan::Failed(_)) | None => None,
        };
        let same = |(before, after): &(&str, &str)| before == after;
        let line = planned.map(|f| f.before.lines().zip(f.after.lines()).take_while(same).count() + 1);
        let primary = found.finding.primary.span;
        Some((file, line.or_else(|| (primary.file == file).then(|| report.sources.line(primary)))))
    }

    /// That place for people: `config/settings.py:12`, or the file alone.
    pub fn fix_place_name(&self, found: &ReportedFinding) -> String {
        let (Some(report), Some((file, line))) = (&self.report, self.fix_place(found)) else {
            return String::new();
        };
        let path = crate::source::clean(report.sources.path(file));
        line.map_or(path.clone(), |line| format!("{path}:{line}"))
    }
}
