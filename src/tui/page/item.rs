//! One practice: what was seen and where the value comes from, why it matters, how it was decided and what would
//! make that wrong, what can be done, what it is worth.

use crate::engine::{DecisionNote, FindingId, State};
use crate::finding::{Label, Verdict};
use crate::settings::{How, Setting};
use crate::source::{FileId, Span, clean};
use crate::tui::form::show_date;
use crate::tui::model::Model;
use crate::tui::page::{Page, heading, marks, snippet};
use crate::tui::text::{Role, Row, fit, wrap};

/// A place of evidence.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The finding, where it is one.
    pub finding: Option<FindingId>,
    /// The check that speaks.
    pub check: String,
    /// What is true there.
    pub message: String,
    /// The cause first.
    pub labels: Vec<Label>,
}

/// The places of a practice: findings that count first, then hidden ones, then the evidence of checks that
/// found nothing wrong.
pub(crate) fn places(model: &Model, position: usize) -> Vec<Place> {
    let (Some(project), Some((_, practice))) = (model.project(), model.practice(position)) else {
        return Vec::new();
    };
    let mut findings: Vec<FindingId> =
        practice.findings.iter().copied().filter(|&id| id < project.findings.len()).collect();
    findings.sort_by_key(|&id| !project.findings[id].is_active());
    let mut places: Vec<Place> = findings
        .into_iter()
        .map(|id| {
            let found = &project.findings[id];
            let labels =
                std::iter::once(&found.finding.primary).chain(&found.finding.related).cloned().collect();
            let (check, message) = (found.finding.check.to_owned(), found.finding.message.clone());
            Place { finding: Some(id), check, message, labels }
        })
        .collect();
    for result in practice.telling() {
        let is_open = result.outcome.verdict == Verdict::Unknown && practice.findings.is_empty();
        if is_open || !result.outcome.evidence.is_empty() {
            places.push(Place {
                finding: None,
                check: result.check.clone(),
                message: result.outcome.reason.clone(),
                labels: result.outcome.evidence.clone(),
            });
        }
    }
    places
}

/// What `o` walks through at one place: its cause, then the links of the chain of its setting, each line once.
pub(crate) fn links(model: &Model, place: &Place) -> Vec<Label> {
    let Some(report) = &model.report else { return Vec::new() };
    let steps = setting_of(model, place).map(|setting| setting.steps.as_slice()).unwrap_or_default();
    let chain = steps.iter().map(|step| {
        let note = model.secrets.hide(&step.note);
        Label::new(step.at, if note.is_empty() { how(step.how).to_owned() } else { note })
    });
    let mut links: Vec<Label> = Vec::new();
    for label in place.labels.first().cloned().into_iter().chain(chain) {
        let line = |l: &Label| (l.span.file, report.sources.line(l.span));
        if !links.iter().any(|seen| line(seen) == line(&label)) {
            links.push(label);
        }
    }
    links
}

/// The file and line that the editor opens and `Y` copies: that of the shown fix, link or staged row.
pub(crate) fn current_place(model: &Model) -> Option<(FileId, usize)> {
    use crate::tui::model::Screen;
    let report = model.report.as_ref()?;
    let of_fix = |found| model.fix_place(found).map(|(file, line)| (file, line.unwrap_or(1)));
    match model.screen() {
        Screen::Review => of_fix(model.current_fix()?),
        Screen::Staged => {
            let rows = crate::tui::update::staged_rows(model);
            of_fix(model.fix_by(rows.get(model.view(Screen::Staged).cursor)?)?)
        }
        Screen::Endpoints | Screen::Endpoint => {
            let span = crate::tui::update::selected_endpoint(model)?.cells.get(model.cell)?.at?;
            Some((span.file, report.sources.line(span)))
        }
        _ => {
            let places = places(model, model.selected()?);
            let span = links(model, places.get(model.place)?).get(model.link)?.span;
            Some((span.file, report.sources.line(span)))
        }
    }
}

/// The page of the selected practice.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut page = Page::default();
    let Some(position) = model.selected() else {
        page.rows.push(Row::new());
        page.rows.extend(wrap("Select a practice to see what was found.", width, 1, Role::Dim));
        return page;
    };
    let Some((practice, found)) = model.practice(position) else { return page };
    page.head = head(model, position, width);
    let places = places(model, position);
    let rows = &mut page.rows;
    if let Some(place) = places.get(model.place) {
        let count = format!("place {} of {} ", model.place + 1, places.len());
        let count = if places.len() > 1 { count } else { String::new() };
        rows.push(heading("What we saw").right(Row::of(count, Role::Dim), width));
        rows.extend(wrap(&place.message, width, 3, Role::Text));
        let links = links(model, place);
        match links.get(model.link).filter(|_| model.link > 0) {
            Some(link) => rows.extend(snippet::rows(model, &[link], width)),
            None => rows.extend(snippet::rows(model, &shown_labels(model, place), width)),
        }
        others(model, &places, width, rows);
        provenance(model, place, links.get(model.link), width, rows);
    }
    if let (Some(question), true) = (&practice.question, found.findings.is_empty()) {
        rows.push(heading("The question"));
        rows.extend(wrap(&question.ask, width, 3, Role::Text));
        if !question.look_at.is_empty() {
            rows.extend(wrap(&format!("Look at: {}", question.look_at), width, 3, Role::Dim));
        }
    }
    rows.push(heading("Why it matters"));
    rows.extend(wrap(&practice.why, width, 3, Role::Text));
    decided(model, position, places.get(model.place), width, rows);
    remedy(model, position, &places, width, rows);
    standing(model, position, width, rows);
    page
}

fn head(model: &Model, position: usize, width: usize) -> Vec<Row> {
    let Some((practice, found)) = model.practice(position) else { return Vec::new() };
    let short = model.section_of(practice).map_or("", |s| s.short.as_str());
    let confidence = found
        .findings
        .iter()
        .filter_map(|&id| model.project()?.findings.get(id))
        .find(|f| f.is_active())
        .map(|f| f.confidence.as_str());
    let mut right = Row::of(
        format!("{} {}", marks::mark(found.state, model.ascii), marks::word(found.state)),
        marks::role(found.state),
    );
    right.push(format!("  {}", practice.severity.as_str()), marks::severity_role(practice.severity));
    if let Some(confidence) = confidence.filter(|_| width >= 64) {
        right.push(format!("  confidence {confidence}"), Role::Dim);
    }
    right.push(" ", Role::Text);
    let left = Row::of(format!(" {short} > "), Role::Dim).with(practice.id.clone(), Role::Strong);
    let room = width.saturating_sub(right.width() + 1);
    let mut rows = vec![left.cut(room).right(right, width)];
    rows.extend(wrap(&practice.title, width, 1, Role::Title));
    rows
}

/// The labels to show as code. Links of the chain in other files stand in the list of where the value comes from.
fn shown_labels<'a>(model: &Model, place: &'a Place) -> Vec<&'a Label> {
    let chain: Vec<Span> = setting_of(model, place)
        .map(|setting| setting.steps.iter().map(|step| step.at).collect())
        .unwrap_or_default();
    let Some(cause) = place.labels.first() else { return Vec::new() };
    let told = |label: &Label| label.span.file != cause.span.file && chain.contains(&label.span);
    place
        .labels
        .iter()
        .enumerate()
        .filter(|(i, label)| *i == 0 || !told(label))
        .map(|(_, label)| label)
        .collect()
}

/// The setting that a place is about: the one its finding names, or the one that is decided at its evidence.
fn setting_of<'a>(model: &'a Model, place: &Place) -> Option<&'a Setting> {
    let project = model.project()?;
    let settings = project.model.as_ref()?;
    let Some(id) = place.finding else {
        let evidence = place.labels.first()?.span;
        let decided = |setting: &&Setting| {
            !setting.is_default && setting.decided_at().is_some_and(|at| covers(at, evidence))
        };
        return settings.settings.values().find(decided);
    };
    let symbol = &project.findings.get(id)?.finding.symbol;
    settings.get(symbol.split('.').next()?)
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start() <= inner.start() && inner.end() <= outer.end()
}

/// Where else: one line for each of the other places.
fn others(model: &Model, places: &[Place], width: usize, rows: &mut Vec<Row>) {
    const MOST: usize = 6;
    if places.len() < 2 {
        return;
    }
    rows.push(Row::of("   Also", Role::Dim).right(Row::of("o O  next, previous place ", Role::Dim), width));
    let rest = places.iter().enumerate().filter(|(i, _)| *i != model.place);
    for (_, place) in rest.clone().take(MOST) {
        let Some(label) = place.labels.first() else { continue };
        let hidden =
            place.finding.and_then(|id| model.project()?.findings.get(id)).is_some_and(|f| !f.is_active());
        let row = Row::of(format!("     {}", model.place_name(label.span)), Role::Place)
            .with(format!("  {}", place.check), Role::Dim)
            .with(if hidden { "  hidden" } else { "" }, Role::Dim);
        rows.push(row.cut(width));
    }
    let more = rest.count().saturating_sub(MOST);
    if more > 0 {
        rows.push(Row::of(format!("     and {more} more"), Role::Dim));
    }
}

/// The chain of places that make the setting in production.
fn provenance(model: &Model, place: &Place, selected: Option<&Label>, width: usize, rows: &mut Vec<Row>) {
    let Some(project) = model.project() else { return };
    let Some(settings) = &project.model else { return };
    let Some(setting) = setting_of(model, place) else { return };
    let keys = if setting.steps.len() > 1 && !setting.is_default { "o O  next, previous link " } else { "" };
    rows.push(
        heading(&format!("Where production gets {}", clean(&setting.name)))
            .right(Row::of(keys, Role::Dim), width),
    );
    if setting.is_default {
        rows.extend(wrap(
            &format!("`{}` does not set it, so the framework's default holds.", clean(&settings.module)),
            width,
            3,
            Role::Text,
        ));
        return;
    }
    let line = |span: Span| model.report.as_ref().map(|r| (span.file, r.sources.line(span)));
    for step in &setting.steps {
        let here = selected.is_some_and(|label| line(label.span) == line(step.at));
        let mut row = Row::of(if here { "   > " } else { "     " }, Role::Key)
            .with(fit(how(step.how), 12), Role::Text)
            .with(model.place_name(step.at), if here { Role::Strong } else { Role::Place });
        if !step.note.is_empty() {
            row.push(format!("  {}", clean(&model.secrets.hide(&step.note))), Role::Dim);
        }
        rows.push(row.cut(width));
    }
}

/// What a link of the chain did, in a word or two.
fn how(how: How) -> &'static str {
    match how {
        How::Guarded => "in a branch",
        other => other.as_str(),
    }
}

fn decided(model: &Model, position: usize, place: Option<&Place>, width: usize, rows: &mut Vec<Row>) {
    let (Some(report), Some((_, found))) = (&model.report, model.practice(position)) else { return };
    if found.checks.is_empty() {
        return;
    }
    rows.push(heading("How we decided"));
    let shown = place.map(|p| p.check.as_str());
    let several = found.checks.len() > 1;
    for result in &found.checks {
        let meta = report.catalog.checks.get(&result.check);
        let outcome = &result.outcome;
        let word = match outcome.verdict {
            Verdict::Pass => "in order",
            Verdict::Fail => "not in order",
            Verdict::Unknown => "cannot be told",
            Verdict::NotApplicable => "nothing of the kind",
        };
        let places = match outcome.places {
            (_, 0) => String::new(),
            (passed, of) => format!(" ({passed} of {of} in order)"),
        };
        let name = if several { format!("`{}`: {word}{places}. ", result.check) } else { String::new() };
        // What was said above is not said again.
        let bare = |text: &str| text.trim_end_matches('.').to_owned();
        let said =
            place.is_some_and(|p| p.check == result.check && bare(&p.message) == bare(&outcome.reason));
        let reason = if said { String::new() } else { model.secrets.hide(&outcome.reason) };
        if !(name.is_empty() && reason.is_empty()) {
            rows.extend(wrap(&format!("{name}{reason}"), width, 3, Role::Text));
        }
        let tells = shown.is_none_or(|s| s == result.check) || !several;
        if let Some(meta) = meta.filter(|_| tells) {
            if !meta.decided.is_empty() {
                rows.extend(wrap(&meta.decided, width, 3, Role::Dim));
            }
            if !meta.wrong_if.is_empty() {
                rows.push(Row::of("   Would be wrong if", Role::Title));
                rows.extend(wrap(&meta.wrong_if, width, 5, Role::Text));
            }
        }
    }
}

/// What can be done: the fixes, or what to do by hand.
fn remedy(model: &Model, position: usize, places: &[Place], width: usize, rows: &mut Vec<Row>) {
    let Some((practice, found)) = model.practice(position) else { return };
    let fixes = model.fixes(position);
    if !fixes.is_empty() {
        let key = Row::of("f", Role::Key).with(" shows the change ", Role::Dim);
        rows.push(heading(if fixes.len() == 1 { "Fix" } else { "Fixes" }).right(key, width));
        for found in fixes.iter().take(8) {
            let Some(fix) = &found.finding.fix else { continue };
            let (sign, role) = marks::decision(model.mark(&found.fingerprint));
            let mut row = Row::of(format!("   {sign} "), role);
            row.push(fit(fix.effect.as_str(), 9), marks::effect_role(fix.effect));
            let mut lines = wrap(&fix.title, width.saturating_sub(row.width()), 0, Role::Text).into_iter();
            let indent = row.width();
            row.extend(lines.next().unwrap_or_default().pieces);
            rows.push(row);
            rows.extend(lines.map(|line| {
                let mut row = Row::of(" ".repeat(indent), Role::Text);
                row.extend(line.pieces);
                row
            }));
        }
        if fixes.len() > 8 {
            rows.push(Row::of(format!("       and {} more", fixes.len() - 8), Role::Dim));
        }
        return;
    }
    if !found.state.is_open() {
        return;
    }
    let place = places.get(model.place).and_then(|p| model.project()?.findings.get(p.finding?));
    let by_hand = place.and_then(|f| f.finding.instruction.as_deref());
    if place.is_some() {
        rows.push(heading("What to do (no automatic fix here)"));
    } else {
        rows.push(heading("How to have it in order"));
    }
    rows.extend(wrap(by_hand.unwrap_or(&practice.remedy), width, 3, Role::Text));
}

/// Points, decisions, notes.
fn standing(model: &Model, position: usize, width: usize, rows: &mut Vec<Row>) {
    let Some((practice, found)) = model.practice(position) else { return };
    let line = |name: &str| Row::of(format!(" {} ", fit(name, 10)), Role::Title);
    let section = model.section_of(practice);
    let short = section.map_or("", |s| s.short.as_str());
    let whole: u32 = section
        .map(|s| crate::tui::list::members(model, s))
        .unwrap_or_default()
        .iter()
        .filter_map(|&i| model.practice(i))
        .map(|(_, p)| p.points)
        .sum();
    rows.push(Row::new());
    let worth = match found.state {
        State::NotApplicable => "nothing: it does not apply here".to_owned(),
        _ => format!("{} of {whole} points in {short}; has {}", found.points, hundredths(found.earned)),
    };
    rows.push(line("Worth").with(worth, Role::Text).cut(width));
    let text = match &found.decision {
        Some(DecisionNote::Answer(answer)) => Some(("Answered", answer_text(answer))),
        Some(DecisionNote::Expired(answer)) => {
            Some(("Ask again", format!("its review date has passed; before: {}", answer_text(answer))))
        }
        Some(DecisionNote::Waiver(waiver)) => Some((
            "Waived",
            format!(
                "until {} by {}: {}",
                show_date(waiver.expires),
                clean(&waiver.owner),
                clean(&waiver.reason)
            ),
        )),
        None => None,
    };
    if let Some((name, text)) = text {
        let mut lines = wrap(&text, width.saturating_sub(12), 0, Role::Text).into_iter();
        let mut row = line(name);
        row.extend(lines.next().unwrap_or_default().pieces);
        rows.push(row);
        rows.extend(lines.map(|l| {
            let mut row = Row::of(" ".repeat(12), Role::Text);
            row.extend(l.pieces);
            row
        }));
    }
    if let Some(note) = model.session.notes.get(&model.session_key(&practice.id)) {
        rows.push(line("Your note").with(clean(note), Role::Text).cut(width));
    }
    if !practice.owasp.is_empty() {
        rows.push(line("OWASP").with(practice.owasp.join("  "), Role::Dim).cut(width));
    }
}

fn answer_text(answer: &crate::decisions::Answer) -> String {
    let by = if answer.by.is_empty() { String::new() } else { format!(" by {}", clean(&answer.by)) };
    let note = if answer.note.is_empty() { String::new() } else { format!(": {}", clean(&answer.note)) };
    format!("{}{by}{note}", show_date(answer.on))
}

fn hundredths(earned: u32) -> String {
    if earned.is_multiple_of(100) {
        (earned / 100).to_string()
    } else {
        format!("{}.{}", earned / 100, earned % 100 / 10)
    }
}
