//! Views that are for everybody: marking the selected endpoint's view with a reason, and taking the mark back.

use crate::decisions::PublicView;
use crate::tui::form::{Field, Form, FormKind};
use crate::tui::model::Model;
use crate::tui::msg::Effect;

/// `m` on an endpoint: asks for the reason, or takes the mark back.
pub(super) fn mark(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(view) = super::selected_endpoint(model).map(|row| row.view.clone()) else {
        model.say("select an endpoint first");
        return;
    };
    if marked(model, &view).is_some() {
        let root = model.project().map(|p| p.root.clone()).unwrap_or_default();
        let mut decisions = model.decisions.clone();
        decisions.public.retain(|p| p.project != root || p.view != view);
        model.say(format!("{} is not marked public any more; u marks it again", crate::source::clean(&view)));
        super::decide::set(model, decisions, effects);
        return;
    }
    let Some(open) = model.project().and_then(|p| p.open_view(&view)) else {
        model.say("nothing to mark: no finding says that this view is open");
        return;
    };
    let reason = open.seems_public.clone().unwrap_or_default();
    let fields = vec![Field::text("Reason", true, reason), Field::text("By", true, model.author.as_str())];
    super::forms::show(model, Form::new(FormKind::Public, &view, fields, "Mark public"));
}

/// What the team says of a view of the shown project.
pub(crate) fn marked<'a>(model: &'a Model, view: &str) -> Option<&'a PublicView> {
    let root = model.project().map_or("", |p| p.root.as_str());
    model.decisions.public.iter().find(|p| p.project == root && p.view == view)
}

/// The filled form as a decision.
pub(super) fn decision(model: &Model, form: &Form, root: String) -> PublicView {
    PublicView {
        project: root,
        view: form.subject.clone(),
        reason: form.value("Reason"),
        by: form.value("By"),
        on: model.today,
    }
}
