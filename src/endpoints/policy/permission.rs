//! Permission algebra: whom a list of permissions lets in. Every class of a list must agree; `&`, `|` and `~` are
//! Kleene's, except that an exception refuses whatever stands around it.

use super::eval::{Composed, Evaluator, Persona, Reply, Situation, Val};
use crate::settings::Truth;

/// Whether a list of permissions lets somebody in.
pub(super) fn lets_in(
    evaluator: &Evaluator<'_>,
    situation: &Situation,
    who: Persona,
    permissions: &Val,
    method: &str,
) -> Truth {
    let situation = Situation { persona: Some(who), ..situation.clone() };
    let Some(items) = permissions.elements() else { return Truth::Maybe };
    items.iter().fold(Truth::Yes, |t, item| t.and(ask(evaluator, &situation, item, method).truth))
}

fn ask(evaluator: &Evaluator<'_>, situation: &Situation, permission: &Val, method: &str) -> Reply {
    let inner = |value: &Val, method: &str| ask(evaluator, situation, value, method);
    match permission {
        Val::Class(class) => evaluator.ask_permission(situation, class, method),
        Val::Instance(class) => inner(class, method),
        Val::Composed(composed) => match &**composed {
            Composed::And(a, b) => {
                let (a, b) = (inner(a, method), inner(b, method));
                Reply { truth: a.truth.and(b.truth), raises: a.raises || b.raises }
            }
            Composed::Or(a, b) if method == "has_object_permission" => {
                let side = |v: &Val| {
                    let (general, object) = (inner(v, "has_permission"), inner(v, method));
                    let truth = general.truth.and(object.truth);
                    Reply { truth, raises: general.raises || object.raises }
                };
                or(side(a), side(b))
            }
            Composed::Or(a, b) => or(inner(a, method), inner(b, method)),
            Composed::Not(a) => {
                let a = inner(a, method);
                let truth = if a.raises { Truth::Maybe } else { !a.truth };
                Reply { truth, raises: a.raises }
            }
        },
        Val::Either(all) => {
            let replies: Vec<Reply> = all.iter().map(|(_, v)| inner(v, method)).collect();
            let agree = replies.windows(2).all(|w| w[0].truth == w[1].truth);
            let truth = replies.first().filter(|_| agree).map_or(Truth::Maybe, |r| r.truth);
            Reply { truth, raises: replies.iter().any(|r| r.raises) }
        }
        _ => Reply { truth: Truth::Maybe, raises: true },
    }
}

/// `a | b`: when `a` refuses with an exception, `b` is not asked.
fn or(a: Reply, b: Reply) -> Reply {
    let mut truth = a.truth.or(b.truth);
    if a.raises && a.truth != Truth::Yes && truth == Truth::Yes {
        truth = Truth::Maybe;
    }
    Reply { truth, raises: a.raises || b.raises }
}
