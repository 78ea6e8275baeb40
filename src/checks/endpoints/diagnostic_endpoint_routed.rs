//! Pages that show what happens inside are routed in production: django-silk, the debug toolbar, Prometheus' numbers.
//! The URLs are those that the production settings give, so a route under `if settings.DEBUG` does not count.
//!
//! Not covered: a proxy that keeps strangers away from these paths.

use crate::checks::support::{endpoints, settings};
use crate::checks::{Check, CheckContext, EndpointUse};
use crate::endpoints::{Endpoint, Exposure, ViewTarget};
use crate::finding::{Finding, Outcome, Severity};
use crate::settings::Truth;

pub(crate) struct DiagnosticEndpointRouted;

const ID: &str = "diagnostic-endpoint-routed";

/// A library that routes such pages.
struct Library {
    module: &'static str,
    name: &'static str,
    shows: &'static str,
    severity: Severity,
    /// Settings that close the pages when all are true.
    closed_by: &'static [&'static str],
}

const LIBRARIES: [Library; 3] = [
    Library {
        module: "silk.",
        name: "django-silk",
        shows: "requests with their headers and bodies",
        severity: Severity::High,
        closed_by: &["SILKY_AUTHENTICATION", "SILKY_AUTHORISATION"],
    },
    Library {
        module: "debug_toolbar.",
        name: "The debug toolbar",
        shows: "queries, settings and templates",
        severity: Severity::Med,
        closed_by: &[],
    },
    Library {
        module: "django_prometheus.",
        name: "django-prometheus",
        shows: "numbers about every view and model",
        severity: Severity::Low,
        closed_by: &[],
    },
];

impl Check for DiagnosticEndpointRouted {
    fn id(&self) -> &'static str {
        ID
    }

    fn endpoints(&self, cx: &CheckContext<'_>) -> EndpointUse {
        // Libraries are included by name or imported in a URLconf.
        let is_named = |text: &str| LIBRARIES.iter().any(|l| text.contains(l.module.trim_end_matches('.')));
        let files = cx.index.files().map(|f| f.file).filter(|f| cx.sources.path(*f).contains("url"));
        if files.into_iter().any(|f| is_named(cx.sources.text(f))) {
            EndpointUse::Basis
        } else {
            EndpointUse::Idle("no URLconf names a library with diagnostic pages")
        }
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        endpoints::judge(cx, |inventory| {
            let mut findings = Vec::new();
            for library in &LIBRARIES {
                let is_open = |e: &&Endpoint| {
                    let is_its = matches!(&e.route.view.target, ViewTarget::External(n) if n.starts_with(library.module));
                    let guarded = matches!(e.policy.exposure, Exposure::Authenticated | Exposure::Restricted);
                    is_its && !guarded && e.route.view.wrappers.is_empty()
                };
                let open: Vec<&Endpoint> = inventory.endpoints.iter().filter(is_open).collect();
                if open.is_empty() || is_closed(cx, library) {
                    continue;
                }
                let labels = endpoints::labels(cx, &open, |_| "routed in production".to_owned());
                let Some(first) = labels.first().cloned() else { continue };
                let Library { name, shows, .. } = library;
                let message = format!("{name} is routed in production and shows {shows}.");
                let mut finding = Finding::new(ID, library.module.trim_end_matches('.'), first, message);
                // All stand at the one `include`; the first says enough.
                finding.severity = Some(library.severity);
                findings.push(
                    finding
                        .instruction("Route it under `if settings.DEBUG:`, or keep strangers away from it."),
                );
            }
            if findings.is_empty() {
                return endpoints::none(inventory, "No diagnostic page is routed for everybody.");
            }
            Outcome::fail(format!("{} libraries show what happens inside.", findings.len()), findings)
        })
    }
}

fn is_closed(cx: &CheckContext<'_>, library: &Library) -> bool {
    let is_true = |name: &&str| {
        let setting = cx.model.and_then(|model| settings::own(model, name));
        setting.is_some_and(|s| s.node.truthy() == Truth::Yes)
    };
    !library.closed_by.is_empty() && library.closed_by.iter().all(is_true)
}
