//! The fixes of a practice: the list with its marks stays on the screen, the change of the shown one scrolls under
//! it, and what it means for callers stands below.

use crate::engine::ReportedFinding;
use crate::tui::backend::FilePatch;
use crate::tui::diff;
use crate::tui::model::{Model, Plan, Screen};
use crate::tui::page::{Page, marks, rule};
use crate::tui::text::{Role, Row, fit, wrap};

/// In fewer rows than this only the change and its first consequence have room.
const SHORT: usize = 13;

/// The page of the review.
pub(super) fn page(model: &Model, width: usize, height: usize) -> Page {
    let mut page = Page::default();
    let fixes = model.selected().map(|p| model.fixes(p)).unwrap_or_default();
    let Some(current) = fixes.get(model.fix) else {
        page.rows.push(Row::new());
        page.rows.extend(wrap("There is no automatic fix for this practice.", width, 1, Role::Dim));
        return page;
    };
    let Some(fix) = &current.finding.fix else { return page };
    page.head = list(model, &fixes, width, height);
    let plan = model.plans.get(&vec![current.fingerprint.clone()]);
    match plan {
        None | Some(Plan::Pending) => {
            page.rows.push(Row::of(" The change is being put together.", Role::Dim));
        }
        Some(Plan::Failed(why)) => {
            page.rows.push(Row::of(" This fix cannot be made here", Role::Bad));
            page.rows.extend(wrap(why, width, 3, Role::Text));
        }
        Some(Plan::Ready(files)) => {
            let context = if height < SHORT { model.context.min(1) } else { model.context };
            let wide = model.side_by_side && width >= 100;
            let side = model.view(Screen::Review).side;
            for (i, file) in files.iter().enumerate() {
                if i > 0 {
                    page.rows.push(Row::new());
                }
                page.rows.push(file_row(file, width));
                page.rows.extend(if wide {
                    diff::side_by_side(&hidden(model, file), context, width, side)
                } else {
                    diff::unified(&hidden(model, file), context)
                });
            }
            if files.is_empty() {
                page.rows.push(Row::of(" The files already say this: nothing changes.", Role::Dim));
            }
        }
    }
    let rule = rule(width);
    page.foot.push(rule);
    let mut effect = wrap(&fix.effect_note, width.saturating_sub(9), 0, Role::Text);
    effect.truncate((height / 6).clamp(1, 3));
    for (i, line) in effect.into_iter().enumerate() {
        let mut row = Row::of(if i == 0 { " Effect  " } else { "         " }, Role::Title);
        row.extend(line.pieces);
        page.foot.push(row);
    }
    if height < SHORT {
        return page;
    }
    if fix.effect == crate::finding::Effect::Choose {
        page.foot.push(
            Row::of(" The value is a proposal: e changes it in your editor before you accept it.", Role::Ask)
                .cut(width),
        );
    }
    page.foot.push(Row::of(" Nothing is written until W.", Role::Dim));
    page
}

/// The text with secrets taken out, so that a screen can be shown to others.
fn hidden(model: &Model, file: &FilePatch) -> FilePatch {
    FilePatch {
        path: file.path.clone(),
        before: model.secrets.hide(&file.before).into(),
        after: model.secrets.hide(&file.after).into(),
    }
}

fn file_row(file: &FilePatch, width: usize) -> Row {
    let (added, removed) = diff::counts(file);
    let right = Row::of(format!("+{added} "), Role::Added).with(format!("-{removed} "), Role::Removed);
    Row::of(format!(" {}", crate::source::clean(&file.path)), Role::Place).right(right, width)
}

/// The fixes with their marks: all of them, or as many around the shown one as a third of the pane holds.
fn list(model: &Model, fixes: &[&ReportedFinding], width: usize, height: usize) -> Vec<Row> {
    let decided = fixes.iter().filter(|f| model.mark(&f.fingerprint).is_some()).count();
    let class = fixes[model.fix].finding.fix.as_ref().map(|f| f.effect);
    let practice = model.selected().and_then(|p| model.practice(p)).map_or("", |(p, _)| p.id.as_str());
    let mut head = Row::of(" Fix  ", Role::Dim).with(practice, Role::Strong);
    if let Some(class) = class {
        head.push(format!("  {}", class.as_str().to_uppercase()), marks::effect_role(class));
    }
    let count = format!("fix {} of {}   {decided} decided ", model.fix + 1, fixes.len());
    let mut rows = vec![head.cut(width).right(Row::of(count, Role::Dim), width)];
    let room = (height / 3).clamp(1, fixes.len().max(1));
    let first = model.fix.saturating_sub(room / 2).min(fixes.len() - room.min(fixes.len()));
    for (i, found) in fixes.iter().enumerate().skip(first).take(room) {
        let Some(fix) = &found.finding.fix else { continue };
        let (sign, role) = marks::decision(model.mark(&found.fingerprint));
        let here = i == model.fix;
        let mut row = Row::of(if here { " > " } else { "   " }, Role::Key).with(format!("{sign} "), role);
        let place = model.fix_place_name(found);
        let place = if width < 60 { place.rsplit('/').next().unwrap_or_default() } else { &place };
        let right = Row::of(format!(" {place} "), Role::Place);
        let title_room = width.saturating_sub(row.width() + right.width());
        let mut title = crate::source::clean(&fix.title).replace('`', "");
        if model.proposals.contains_key(&found.fingerprint) {
            title = format!("(changed by you) {title}");
        }
        row.push(fit(&title, title_room), if here { Role::Strong } else { Role::Text });
        row.extend(right.pieces);
        rows.push(row.cut(width));
    }
    let hidden = fixes.len().saturating_sub(room);
    if hidden > 0 {
        rows.push(Row::of(format!("       {hidden} more: J and K"), Role::Dim));
    }
    if height >= SHORT {
        rows.push(rule(width));
    }
    rows
}
