//! `report --format markdown`: the reviewed checklist, for a pull request or an audit. The same tree and the
//! same decisions give the same bytes: no time of day, dates only where somebody decided something.

use std::io::{self, Write};

use super::redact::Secrets;
use super::{Changes, Style, count, diff, project_label, section_heading, summary_line};
use crate::checklist::Section;
use crate::engine::{DecisionNote, PracticeReport, ProjectReport, Report, ReportedFinding, State};
use crate::project::SettingsChoice;
use crate::source::clean;

/// Writes the report.
pub fn write(out: &mut dyn Write, report: &Report, changes: &Changes) -> io::Result<()> {
    let page = Page { report, changes, secrets: Secrets::of(report) };
    writeln!(out, "# API security checklist\n")?;
    writeln!(out, "{}\n", page.safe(&summary_line(report)))?;
    for notice in &report.notices {
        writeln!(out, "> {}\n", page.safe(notice))?;
    }
    for project in &report.projects {
        page.project(out, project)?;
    }
    page.not_read(out)?;
    writeln!(
        out,
        "A high score is not proof of security: it says that what this tool looks at is in order. Verified counts \
         only what was read in the code; attested rests on a person's word."
    )
}

struct Page<'a> {
    report: &'a Report,
    changes: &'a Changes,
    secrets: Secrets,
}

impl Page<'_> {
    fn project(&self, out: &mut dyn Write, project: &ProjectReport) -> io::Result<()> {
        match &project.project {
            Some(found) => {
                writeln!(out, "## Project {}\n", self.safe(&project.name))?;
                writeln!(out, "- Folder: {}", code(&clean(project_label(project))))?;
                match (&found.choice, &project.model) {
                    (SettingsChoice::Module { why, .. }, Some(model)) => {
                        writeln!(out, "- Settings: {} ({})", code(&clean(&model.module)), self.safe(why))?;
                    }
                    (SettingsChoice::Ambiguous { modules, why }, Some(model)) => {
                        let others: Vec<_> = modules.iter().map(|m| code(&clean(m))).collect();
                        let module = code(&clean(&model.module));
                        writeln!(out, "- Settings: {module}, of {} ({})", others.join(", "), self.safe(why))?;
                    }
                    (_, Some(model)) => writeln!(out, "- Settings: {}", code(&clean(&model.module)))?,
                    (_, None) => writeln!(out, "- Settings: none found")?,
                }
                for (name, version) in [("Django", &found.django), ("DRF", &found.drf)] {
                    if let Some(found) = version {
                        let bound = if found.exact { "" } else { " or later" };
                        let place = code(&clean(&found.found_in));
                        writeln!(out, "- {name}: {}{bound} ({place})", clean(&found.version))?;
                    }
                }
            }
            None => writeln!(out, "## Python files under no project\n")?,
        }
        self.score(out, project)?;
        for section in &self.report.catalog.sections {
            self.section(out, project, section)?;
        }
        Ok(())
    }

    fn score(&self, out: &mut dyn Write, project: &ProjectReport) -> io::Result<()> {
        let score = project.score;
        if score.of == 0 {
            return writeln!(out);
        }
        writeln!(
            out,
            "- Score: {} of 100, {} (verified {}, attested {})",
            score.total,
            score.band(),
            score.verified,
            score.total.saturating_sub(score.verified)
        )?;
        writeln!(out, "- Decided: {} of {} practices\n", score.decided, score.of)?;
        let lost = |practice: &PracticeReport| (practice.points * 100).saturating_sub(practice.earned);
        let missing = project.practices.iter().filter(|p| lost(p) > 0);
        let (questions, mut missing): (Vec<_>, Vec<_>) = missing.partition(|p| p.state == State::Ask);
        if missing.is_empty() && questions.is_empty() {
            return Ok(());
        }
        writeln!(out, "### Where the missing points are\n")?;
        writeln!(out, "| Points | Practice | State | Way forward |\n|---:|---|---|---|")?;
        missing.sort_by_key(|p| (std::cmp::Reverse(lost(p)), p.practice));
        for practice in missing {
            let title = cell(&self.report.catalog.practices[practice.practice].title);
            let points = f64::from(lost(practice)) / 100.0;
            writeln!(out, "| {points} | {title} | {} | {} |", word(practice.state), way(project, practice))?;
        }
        if !questions.is_empty() {
            let points = f64::from(questions.iter().map(|p| lost(p)).sum::<u32>()) / 100.0;
            let questions = count(questions.len(), "open question", "open questions");
            writeln!(out, "| {points} | {questions} | ask | answer in the session |")?;
        }
        writeln!(out)
    }

    fn section(&self, out: &mut dyn Write, project: &ProjectReport, section: &Section) -> io::Result<()> {
        let practices: Vec<_> = project
            .practices
            .iter()
            .enumerate()
            .filter(|(_, p)| self.report.catalog.practices[p.practice].section == section.id)
            .collect();
        if practices.is_empty() {
            return Ok(());
        }
        writeln!(out, "### {}\n", section_heading(section))?;
        writeln!(out, "| State | Practice | Evidence | Decision |\n|---|---|---|---|")?;
        for (_, practice) in &practices {
            let meta = &self.report.catalog.practices[practice.practice];
            writeln!(
                out,
                "| {} | {} ({}) | {} | {} |",
                word(practice.state),
                cell(&meta.title),
                code(&meta.id),
                self.evidence(practice),
                self.decision(practice)
            )?;
        }
        writeln!(out)?;
        for (index, _) in practices {
            // A finding that several practices show is written where it is met first.
            let here = project.findings.iter().filter(|f| f.practices.iter().min() == Some(&index));
            for found in here {
                self.finding(out, found)?;
            }
        }
        Ok(())
    }

    /// What was looked at, with up to three places for each check.
    fn evidence(&self, practice: &PracticeReport) -> String {
        let mut parts = Vec::new();
        for check in &practice.checks {
            let mut places: Vec<String> = Vec::new();
            for label in check.outcome.evidence.iter().take(3) {
                let place = format!(
                    "{}:{}",
                    clean(self.report.sources.path(label.span.file)),
                    self.report.sources.line(label.span)
                );
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            let places: Vec<_> = places.iter().map(|p| code(p)).collect();
            let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
            parts.push(format!("{}{places}", cell(&self.safe(&check.outcome.reason))));
        }
        if parts.is_empty() && practice.state == State::Ask {
            let meta = &self.report.catalog.practices[practice.practice];
            parts.extend(meta.question.as_ref().map(|q| cell(&q.ask)));
        }
        parts.join("<br>")
    }

    fn decision(&self, practice: &PracticeReport) -> String {
        let text = match &practice.decision {
            None => return String::new(),
            Some(DecisionNote::Answer(answer)) => {
                let review = answer.review.map(|date| format!(", review {date}")).unwrap_or_default();
                format!("{} on {}{review}: {}", answer.by, answer.on, answer.note)
            }
            Some(DecisionNote::Expired(answer)) => {
                let review = answer.review.map(|date| format!(", review was due {date}")).unwrap_or_default();
                format!("asked again: {} on {}{review}: {}", answer.by, answer.on, answer.note)
            }
            Some(DecisionNote::Waiver(waiver)) => {
                let ticket =
                    if waiver.ticket.is_empty() { String::new() } else { format!(", {}", waiver.ticket) };
                format!("waived by {} until {}{ticket}: {}", waiver.owner, waiver.expires, waiver.reason)
            }
        };
        cell(&self.safe(&text))
    }

    fn finding(&self, out: &mut dyn Write, found: &ReportedFinding) -> io::Result<()> {
        let finding = &found.finding;
        let sources = &self.report.sources;
        let span = finding.primary.span;
        let place = format!("{}:{}", clean(sources.path(span.file)), sources.line(span));
        let severity = found.severity.as_str();
        writeln!(
            out,
            "- **{severity}** {} at {}: {}",
            code(finding.check),
            code(&place),
            self.safe(&finding.message)
        )?;
        if let Some(waiver) = &found.waived {
            let text = format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
            writeln!(out, "  - {}", self.safe(&text))?;
        }
        if let Some(hidden) = &found.suppressed {
            writeln!(
                out,
                "  - ignored by {} (line {}): {}",
                hidden.by,
                hidden.line,
                self.safe(&hidden.reason)
            )?;
        }
        for label in &finding.related {
            let place = format!("{}:{}", clean(sources.path(label.span.file)), sources.line(label.span));
            writeln!(out, "  - {}: {}", code(&place), self.safe(&label.message))?;
        }
        if let Some(text) = &finding.instruction {
            writeln!(out, "  - by hand: {}", self.safe(text))?;
        }
        let Some(fix) = &finding.fix else { return writeln!(out) };
        let effect = format!("{}; {}: {}", fix.title, fix.effect.as_str(), fix.effect_note);
        writeln!(out, "  - fix on offer: {}\n", self.safe(&effect))?;
        let Some(Ok(files)) = self.changes.get(&found.fingerprint) else { return Ok(()) };
        let mut text = Vec::new();
        for file in files {
            diff::write_unified(&mut text, file, &self.secrets, Style::default(), 2, "    ")?;
        }
        let fence = fence_for(&text);
        writeln!(out, "    {fence}diff")?;
        out.write_all(&text)?;
        writeln!(out, "    {fence}\n")
    }

    fn not_read(&self, out: &mut dyn Write) -> io::Result<()> {
        let files = &self.report.not_read;
        if files.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "## Files not read\n\n{}; what they hold is not part of the verdicts.\n",
            count(files.len(), "file", "files")
        )?;
        for file in files {
            writeln!(out, "- {}: {}", code(&clean(&file.path)), self.safe(&file.reason))?;
        }
        writeln!(out)
    }

    /// Text of the project inside a sentence: no control characters, no secrets, no HTML.
    fn safe(&self, text: &str) -> String {
        escape(&clean(&self.secrets.hide(text)))
    }
}

/// What can be done about a practice that does not give all its points.
fn way(project: &ProjectReport, practice: &PracticeReport) -> &'static str {
    let fixable = practice.findings.iter().any(|&i| {
        let found = &project.findings[i];
        found.is_active() && found.finding.fix.is_some()
    });
    match practice.state {
        State::Ask => "answer in the session",
        State::Waived => "waived",
        State::Unknown => "cannot be told from the code; look at it and attest it",
        _ if fixable => "fix on offer",
        _ => "by hand",
    }
}

fn word(state: State) -> &'static str {
    if state == State::Fail { "**FAIL**" } else { state.as_str() }
}

/// Inline code that holds whatever the text holds.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text.as_bytes(), b'`') + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}").replace('|', "\\|")
}

/// Text inside a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// No HTML from the project's text; code spans stay as they are, since `<` means nothing there.
fn escape(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let parts = text.split('`').enumerate();
    let escaped =
        parts.map(|(i, p)| if paired && i % 2 == 1 { p.to_owned() } else { p.replace('<', "&lt;") });
    escaped.collect::<Vec<_>>().join("`")
}

fn fence_for(text: &[u8]) -> String {
    "`".repeat(longest_run(text, b'`').max(2) + 1)
}

fn longest_run(text: &[u8], byte: u8) -> usize {
    text.split(|&b| b != byte).map(<[u8]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_project_cannot_break_the_page() {
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(cell("a|b\nc"), "a\\|b c");
        assert_eq!(escape("<b> is `<i>`"), "&lt;b> is `<i>`");
        assert_eq!(escape("a ` <b>"), "a ` &lt;b>");
        assert_eq!(fence_for(b"x ```` y"), "`````");
    }
}
