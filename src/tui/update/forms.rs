//! Forms: opening, filling, saving. What is typed survives Esc as a draft.

use crate::checklist::Becomes;
use crate::decisions::{Answer, Waiver, WaiverScope};
use crate::tui::form::{Field, Form, FormKind, Input, parse_date};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::Effect;

const EXPIRY: &[(&str, i64)] = &[("30 days", 30), ("90 days", 90), ("180 days", 180), ("1 year", 365)];

/// Opens the form of an action for the selected practice.
pub(super) fn open(model: &mut Model, action: Action) {
    if let Some(why) = model.why_not(action) {
        model.say(why);
        return;
    }
    let form = match action {
        Action::Waive => waiver(model),
        Action::NotApplicable => reason(model, FormKind::NotApplicable),
        Action::Attest => reason(model, FormKind::Attest),
        Action::Note => note(model),
        _ => question(model),
    };
    if let Some(form) = form {
        show(model, form);
    }
}

/// Opens a form, with what was typed into it before.
pub(super) fn show(model: &mut Model, mut form: Form) {
    if let Some(draft) = model.session.drafts.get(&draft_key(model, &form)) {
        form.restore(draft);
        model.say("your draft is back");
    }
    model.form = Some(form);
    super::go(model, Screen::Form);
    *model.view_mut(Screen::Form) = crate::tui::model::View::default();
}

fn draft_key(model: &Model, form: &Form) -> String {
    format!("{}/{}", form.kind.as_str(), model.session_key(&form.subject))
}

fn review_after(months: u32) -> Vec<(&'static str, i64)> {
    let mut proposals = vec![("3 months", 91), ("6 months", 182), ("1 year", 365), ("2 years", 730)];
    let days = i64::from(months) * 365 / 12;
    if !proposals.iter().any(|(_, d)| (d - days).abs() < 5) {
        proposals.push(("as proposed", days));
        proposals.sort_by_key(|(_, d)| *d);
    }
    proposals
}

fn question(model: &Model) -> Option<Form> {
    let (practice, found) = model.practice(model.selected()?)?;
    let question = practice.question.as_ref()?;
    let leads = |becomes: Becomes| match becomes {
        Becomes::Fail => "FAIL",
        Becomes::Attested => "attested",
        Becomes::NotApplicable => "n/a",
        Becomes::Open => "stays open",
    };
    let options = question
        .choices
        .iter()
        .map(|c| {
            let note = if c.note { ", say where in the note" } else { "" };
            (c.key, c.label.clone(), format!("{}{note}", leads(c.becomes)))
        })
        .collect();
    let given = match &found.decision {
        Some(crate::engine::DecisionNote::Answer(answer) | crate::engine::DecisionNote::Expired(answer)) => {
            Some(answer)
        }
        Some(crate::engine::DecisionNote::Waiver(_)) | None => None,
    };
    let chosen =
        given.and_then(|a| a.choice).and_then(|key| question.choices.iter().position(|c| c.key == key));
    let by = given.map_or(model.author.as_str(), |a| a.by.as_str());
    let proposals = review_after(question.review_months);
    let first =
        proposals.iter().position(|(_, d)| (d - i64::from(question.review_months) * 365 / 12).abs() < 5);
    let fields = vec![
        Field::choice("Answer", options, chosen),
        Field::text("Note", false, given.map(|a| a.note.as_str()).unwrap_or_default()),
        Field::text("By", true, by),
        Field::date("Ask again", false, model.today, &proposals, first.unwrap_or(0)),
    ];
    Some(Form::new(FormKind::Question, &practice.id, fields, "Save answer"))
}

fn reason(model: &Model, kind: FormKind) -> Option<Form> {
    let (practice, _) = model.practice(model.selected()?)?;
    let (label, save) = match kind {
        FormKind::Attest => ("What you checked", "Save"),
        _ => ("Reason", "Save"),
    };
    let fields = vec![
        Field::text(label, true, ""),
        Field::text("By", true, model.author.as_str()),
        Field::date("Ask again", false, model.today, &review_after(12), 2),
    ];
    Some(Form::new(kind, &practice.id, fields, save))
}

fn note(model: &Model) -> Option<Form> {
    let (practice, _) = model.practice(model.selected()?)?;
    let text = model.session.notes.get(&model.session_key(&practice.id)).cloned().unwrap_or_default();
    let fields = vec![Field::text("Note", false, text)];
    Some(Form::new(FormKind::Note, &practice.id, fields, "Save note"))
}

fn waiver(model: &Model) -> Option<Form> {
    let position = model.selected()?;
    let (practice, found) = model.practice(position)?;
    let places = crate::tui::page::item::places(model, position);
    let id = places.get(model.place).and_then(|p| p.finding).or(found.findings.first().copied())?;
    let finding = model.project()?.findings.get(id)?;
    let path = model.report.as_ref()?.sources.path(finding.finding.primary.span.file);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut options = vec![(
        'a',
        format!("this place only: {}", model.place_name(finding.finding.primary.span)),
        String::new(),
    )];
    if !folder.is_empty() {
        options.push(('b', format!("{} in {folder}/", finding.finding.check), String::new()));
    }
    options.push(('c', format!("{} everywhere", finding.finding.check), String::new()));
    let owner =
        model.author.rsplit_once('<').map_or(model.author.as_str(), |(_, mail)| mail.trim_end_matches('>'));
    let fields = vec![
        Field::choice("Scope", options, Some(0)),
        Field::text("Reason", true, ""),
        Field::date("Expires", true, model.today, EXPIRY, 1),
        Field::text("Owner", true, owner),
        Field::text("Ticket", false, ""),
    ];
    let mut form = Form::new(FormKind::Waiver, &practice.id, fields, "Save waiver");
    form.finding = Some(finding.fingerprint.clone());
    // The scope is chosen already: begin at what has to be typed.
    form.at = 1;
    Some(form)
}

/// Leaves the form; what was typed is kept as a draft.
pub(super) fn leave(model: &mut Model) {
    if let Some(form) = model.form.take() {
        let key = draft_key(model, &form);
        let typed = form.fields.iter().any(|f| matches!(&f.input, Input::Text(t) if !t.value.is_empty()));
        if typed && form.kind != FormKind::Note {
            model.session.drafts.insert(key, form.draft());
            model.say("left; the draft is kept");
        }
    }
    model.stack.pop();
}

/// A character typed into the form.
pub(super) fn type_char(model: &mut Model, c: char) {
    let Some(form) = &mut model.form else { return };
    match form.text_mut() {
        Some(text) => text.insert(c),
        None => form.pick(Some(c)),
    }
    form.error = None;
}

/// A key that acts on the form.
pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(form) = &mut model.form else { return };
    match action {
        Action::NextField => form.step(1),
        Action::PrevField => form.step(-1),
        Action::Pick => form.pick(None),
        Action::PickNext => form.cycle(1),
        Action::PickPrev => form.cycle(-1),
        Action::Press => match form.fields.get(form.at).map(|f| &f.input) {
            Some(Input::Save(_)) => save(model, effects),
            Some(Input::Cancel) => leave(model),
            _ => form.step(1),
        },
        _ => save(model, effects),
    }
}

fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(mut form) = model.form.clone() else { return };
    if let Err((at, error)) = check(model, &form) {
        (form.at, form.error) = (at, Some(error));
        model.form = Some(form);
        return;
    }
    let root = model.project().map(|p| p.root.clone()).unwrap_or_default();
    let key = draft_key(model, &form);
    model.session.drafts.remove(&key);
    model.form = None;
    model.stack.pop();
    let mut decisions = model.decisions.clone();
    match form.kind {
        FormKind::Note => {
            let key = model.session_key(&form.subject);
            let text = form.value("Note");
            if text.is_empty() {
                model.session.notes.remove(&key);
            } else {
                model.session.notes.insert(key, text);
            }
            model.say("note kept (only for you)");
            return;
        }
        FormKind::Waiver => {
            let Some(waiver) = waiver_of(model, &form, root) else { return };
            decisions.waivers.push(waiver);
            model.say("waived; saved to drf-harden-decisions.toml");
        }
        FormKind::Public => {
            decisions.public.push(super::public::decision(model, &form, root));
            model.say("marked public; saved to drf-harden-decisions.toml");
        }
        FormKind::Question | FormKind::Attest | FormKind::NotApplicable => {
            decisions.answers.retain(|a| a.project != root || a.practice != form.subject);
            match answer_of(model, &form, root) {
                Some(answer) => {
                    decisions.answers.push(answer);
                    model.say("saved to drf-harden-decisions.toml");
                }
                None => model.say("stays open"),
            }
        }
    }
    super::decide::set(model, decisions, effects);
}

/// What is missing or wrong, and in which field.
fn check(model: &Model, form: &Form) -> Result<(), (usize, String)> {
    if let Some(at) = form.missing() {
        return Err((at, format!("{} is needed", form.fields[at].label)));
    }
    for (at, field) in form.fields.iter().enumerate() {
        if !matches!(field.input, Input::Date { .. }) || field.value().is_empty() {
            continue;
        }
        match parse_date(&field.value()) {
            None => return Err((at, format!("{}: write a date such as 2027-02-20", field.label))),
            Some(date) if date <= model.today => {
                return Err((at, format!("{}: a day after today", field.label)));
            }
            Some(_) => {}
        }
    }
    if form.kind == FormKind::Question {
        let needs_note =
            form.letter("Answer").and_then(|letter| choice(model, form, letter)).is_some_and(|c| c.1);
        let at = form.fields.iter().position(|f| f.label == "Note");
        if let Some(at) = at.filter(|_| needs_note && form.value("Note").is_empty()) {
            return Err((at, "this answer needs a note: where, and how".to_owned()));
        }
    }
    Ok(())
}

fn choice(model: &Model, form: &Form, letter: char) -> Option<(Becomes, bool)> {
    let (practice, _) = model.practice(model.find(&form.subject)?)?;
    practice.question.as_ref()?.choices.iter().find(|c| c.key == letter).map(|c| (c.becomes, c.note))
}

fn answer_of(model: &Model, form: &Form, root: String) -> Option<Answer> {
    let (becomes, letter, note) = match form.kind {
        FormKind::Attest => (Becomes::Attested, None, form.value("What you checked")),
        FormKind::NotApplicable => (Becomes::NotApplicable, None, form.value("Reason")),
        FormKind::Question | FormKind::Waiver | FormKind::Note | FormKind::Public => {
            let letter = form.letter("Answer")?;
            (choice(model, form, letter)?.0, Some(letter), form.value("Note"))
        }
    };
    if becomes == Becomes::Open {
        return None;
    }
    Some(Answer {
        project: root,
        practice: form.subject.clone(),
        becomes,
        choice: letter,
        note,
        by: form.value("By"),
        on: model.today,
        review: parse_date(&form.value("Ask again")),
    })
}

fn waiver_of(model: &Model, form: &Form, root: String) -> Option<Waiver> {
    let fingerprint = form.finding.clone()?;
    let finding = model.project()?.findings.iter().find(|f| f.fingerprint == fingerprint)?;
    let path = model.report.as_ref()?.sources.path(finding.finding.primary.span.file);
    let scope = match form.letter("Scope")? {
        'a' => WaiverScope::Place(fingerprint),
        'b' => WaiverScope::Folder(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()),
        _ => WaiverScope::Everywhere,
    };
    Some(Waiver {
        project: root,
        check: finding.finding.check.to_owned(),
        scope,
        reason: form.value("Reason"),
        owner: form.value("Owner"),
        expires: parse_date(&form.value("Expires"))?,
        ticket: form.value("Ticket"),
        on: model.today,
    })
}
