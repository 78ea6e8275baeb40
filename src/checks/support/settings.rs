//! Looking up settings: their state in words, the place a finding stands on, and the links behind a value.

use crate::checks::CheckContext;
use crate::finding::{Finding, Label, Outcome, Verdict};
use crate::project::Stage;
use crate::settings::placement::{conditional, in_function, is_toml};
use crate::settings::{
    How, Node, Setting, SettingState, SettingsModel, Value, is_secret_name, password_in_url,
};
use crate::source::{Span, clean};

/// So many statements of deployment files are shown beside a finding.
const MOST_DEPLOYED: usize = 3;

/// The outcome where there is no settings module to judge.
pub(crate) fn no_settings() -> Outcome {
    Outcome::not_applicable("there is no Django settings module here")
}

/// A setting that the project itself sets; `None` when it is left to the default.
pub(crate) fn own<'a>(model: &'a SettingsModel, name: &str) -> Option<&'a Setting> {
    model.get(name).filter(|s| !s.is_default)
}

/// Why a setting that nobody sets may be set all the same: the module holds names that could not be followed.
pub(crate) fn hidden<'a>(model: &'a SettingsModel, name: &str) -> Option<&'a str> {
    let found = model.get(name);
    if found.is_none_or(|setting| setting.is_default) && is_merged_elsewhere(model) {
        return Some("names with `__` say that these settings are merged into others, which are not here");
    }
    match found {
        Some(setting) if setting.is_default => setting.node.cause(),
        Some(_) => None,
        None => model.open.as_deref(),
    }
}

/// Whether a module is a part that dynaconf merges into the settings of another project: it changes parts of settings
/// (`REST_FRAMEWORK__PAGE_SIZE = 10`) that it does not hold itself.
fn is_merged_elsewhere(model: &SettingsModel) -> bool {
    const MERGED: [&str; 9] = [
        "CACHES",
        "DATABASES",
        "INSTALLED_APPS",
        "LOGGING",
        "MIDDLEWARE",
        "REST_FRAMEWORK",
        "SPECTACULAR_SETTINGS",
        "STORAGES",
        "TEMPLATES",
    ];
    model.composition == crate::settings::Composition::Module
        && MERGED.iter().any(|name| {
            let part = format!("{name}__");
            own(model, name).is_none()
                && model
                    .settings
                    .range(part.clone()..)
                    .next()
                    .is_some_and(|(key, setting)| key.starts_with(&part) && !setting.is_default)
        })
}

/// The start of the judged module, where a finding about an absent setting stands; the class line where
/// settings are classes.
pub(crate) fn module_start(cx: &CheckContext<'_>, model: &SettingsModel) -> Span {
    let file = match &model.composition {
        crate::settings::Composition::Class(class) => return first_line(cx, *class),
        crate::settings::Composition::Toml { file, .. } => *file,
        crate::settings::Composition::Module => model.file,
    };
    // Empty, so that the fingerprint does not hang on what the first line says.
    Span { file, range: (0, 0) }
}

/// The same span cut at the end of its first line.
pub(crate) fn first_line(cx: &CheckContext<'_>, span: Span) -> Span {
    let len = cx.sources.slice(span).lines().next().map_or(0, str::len) as u32;
    Span { file: span.file, range: (span.range.0, span.range.0 + len) }
}

/// The statement that decided a setting last; the start of the module when nobody sets it. A helper of another file
/// that puts values into settings is no place of a setting: what stands before it is, else the module that calls it.
pub(crate) fn place(cx: &CheckContext<'_>, model: &SettingsModel, name: &str) -> Span {
    let Some(setting) = own(model, name) else { return module_start(cx, model) };
    let inside = |span: &Span| (span.file.index()) < cx.sources.len();
    // Where settings are classes, a method is where one is made.
    let by_class = matches!(model.composition, crate::settings::Composition::Class(_));
    let is_helper = |span: &Span| {
        !by_class
            && span.file != model.file
            && !is_toml(cx.sources, span.file)
            && in_function(cx.sources, *span)
    };
    let is_place = |span: &Span| inside(span) && !is_helper(span);
    let mut deciding = setting.steps.iter().rev().filter(|s| s.how != How::Imported).map(|s| s.at).peekable();
    let at = match deciding.peek() {
        Some(_) => deciding.find(is_place),
        None => setting.node.at.filter(is_place),
    };
    at.map_or_else(|| module_start(cx, model), |span| first_line(cx, span))
}

/// Where an element of a setting is pointed at: where it is written, or at the setting where a function makes it.
pub(crate) fn element_place(cx: &CheckContext<'_>, setting: Span, element: &Node) -> Span {
    element.at.filter(|at| is_toml(cx.sources, at.file) || !in_function(cx.sources, *at)).unwrap_or(setting)
}

/// A setting that a check looks at the elements of, or the outcome where there is none or it cannot be told.
pub(crate) fn judged_setting<'a>(
    cx: &'a CheckContext<'_>,
    name: &str,
    absent: impl FnOnce(Vec<Label>) -> Outcome,
) -> Result<(&'a SettingsModel, &'a Setting, Label), Outcome> {
    let Some(model) = cx.model else { return Err(no_settings()) };
    let seen = label(cx, model, name);
    if let Some(cause) = hidden(model, name) {
        return Err(Outcome::unknown(format!("`{name}` cannot be told: {cause}."), vec![seen]));
    }
    match own(model, name) {
        Some(setting) => Ok((model, setting, seen)),
        None => Err(absent(vec![seen])),
    }
}

/// The label of a setting's place.
pub(crate) fn label(cx: &CheckContext<'_>, model: &SettingsModel, name: &str) -> Label {
    let text = match own(model, name) {
        Some(_) => format!("`{name}` is decided here"),
        None => format!("`{name}` is not set in `{}`", model.module),
    };
    Label::new(place(cx, model, name), text)
}

/// The other links of a setting's chain, oldest first, without the place of the finding itself.
pub(crate) fn chain(setting: &Setting, primary: Span) -> Vec<Label> {
    setting
        .steps
        .iter()
        .filter(|step| step.at.file != primary.file || step.at.range.0 != primary.range.0)
        .map(|step| {
            let note =
                if step.note.is_empty() { format!("{} here", step.how.as_str()) } else { step.note.clone() };
            Label::new(step.at, note)
        })
        .collect()
}

/// What deployment files of production say of the variables behind a value. A secret's line is not shown.
fn deployed<'a>(model: &'a SettingsModel, node: &'a Node) -> impl Iterator<Item = Label> {
    let told = model.deployed(node).filter(|fact| {
        matches!(fact.stage, Stage::Production | Stage::Unclear) && !is_secret_name(&fact.variable)
    });
    told.filter(|fact| fact.value.as_deref().is_some_and(|value| password_in_url(value).is_none()))
        .take(MOST_DEPLOYED)
        .map(|fact| Label::new(fact.at, format!("deployed with `{}` set here", fact.variable)))
}

/// A finding about a setting, at the place that decides it, with its chain.
pub(crate) fn finding(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    check: &'static str,
    name: &str,
    message: impl Into<String>,
) -> Finding {
    let primary = label(cx, model, name);
    let links = match own(model, name) {
        Some(setting) => {
            let mut links = chain(setting, primary.span);
            links.extend(deployed(model, &setting.node));
            links
        }
        None => conditional(cx.sources, model, name)
            .map(|found| {
                Label::new(first_line(cx, found.assignment), "set here, under a condition that does not hold")
            })
            .into_iter()
            .collect(),
    };
    Finding::new(check, name, primary, message).related(links)
}

/// A setting's state in words: "`X` is `True`", "`X` is not set, and the default is `False`", "… unless the
/// environment sets `Y`".
pub(crate) fn wording(model: &SettingsModel, name: &str) -> String {
    let Some(setting) = model.get(name) else { return format!("`{name}` is not set") };
    let value = show(&setting.node);
    match setting.state() {
        SettingState::Default => format!("`{name}` is not set, and the default is `{value}`"),
        SettingState::Known | SettingState::Partly => format!("`{name}` is `{value}`"),
        SettingState::Env => format!("`{name}` is `{value}`{}", environment(&setting.node)),
        SettingState::Required => {
            format!("`{name}` comes from the environment{}, with no default", named(&setting.node))
        }
        SettingState::Unknown => {
            format!("`{name}` cannot be told: {}", setting.node.cause().unwrap_or("it is computed"))
        }
    }
}

/// Whether the environment has to supply the value: directly, or as what `.split(",")` and the like work on.
pub(crate) fn is_required(setting: &Setting) -> bool {
    let Value::Unknown(unknown) = &setting.node.value else { return false };
    let within = |at: Span| setting.node.at.is_some_and(|own| own.contains(at));
    let reads = setting.node.env_reads();
    let bare = !reads.is_empty() && reads.iter().all(|r| r.default_at.is_none() && within(r.at));
    unknown.required || bare && unknown.candidates.is_empty()
}

/// What the environment has to do with a value: " unless the environment sets `X`", or empty.
pub(crate) fn environment(node: &Node) -> String {
    let reads = node.env_reads();
    if reads.is_empty() {
        return String::new();
    }
    if reads.iter().any(|r| r.supplied) {
        return format!(" in the environment given{}", named(node));
    }
    let names: Vec<_> = node.env_names().map(|n| format!("`{}`", clean(n))).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" unless the environment sets {}", names.join(" or "))
}

fn named(node: &Node) -> String {
    let names: Vec<_> = node.env_names().map(|n| format!("`{}`", clean(n))).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}

/// A value in a few words of Python. Never used for secrets.
pub(crate) fn show(node: &Node) -> String {
    let text = match &node.value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::BigInt(n) => n.clone(),
        Value::Float(f) => f.to_string(),
        Value::Str(s) => format!("\"{s}\""),
        Value::PartlyStr(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| p.as_deref().unwrap_or("…")).collect();
            format!("\"{}\"", parts.concat())
        }
        Value::Bytes(n) => format!("{n} bytes"),
        Value::List(i) | Value::Set(i) | Value::Tuple(i) => {
            let mut items: Vec<_> = i.items.iter().take(4).map(show).collect();
            if i.items.len() > 4 || i.rest.is_some() {
                items.push("…".to_owned());
            }
            match &node.value {
                Value::Tuple(_) if items.len() == 1 => format!("({},)", items[0]),
                Value::Tuple(_) => format!("({})", items.join(", ")),
                Value::Set(_) => format!("{{{}}}", items.join(", ")),
                _ => format!("[{}]", items.join(", ")),
            }
        }
        Value::Dict(d) if d.entries.is_empty() && d.rest.is_none() => "{}".to_owned(),
        Value::Dict(_) => "{…}".to_owned(),
        Value::Ref(name) => name.clone(),
        Value::Timedelta(seconds) => format!("{seconds} seconds"),
        Value::Regex(pattern) => format!("re.compile(\"{pattern}\")"),
        Value::Path(path) => path.clone(),
        Value::Lazy(text) => format!("\"{text}\""),
        Value::Unknown(_) => "?".to_owned(),
    };
    let text = clean(&text).replace('`', "'");
    if text.chars().count() > 80 { text.chars().take(79).chain(['…']).collect() } else { text }
}

/// Several judgements as one: failing if any fails, unknown if any cannot be told. Parts that do not apply are
/// left out; places count those that pass.
pub(crate) fn combine(outcomes: Vec<Outcome>) -> Outcome {
    let judged: Vec<_> = outcomes.iter().filter(|o| o.verdict != Verdict::NotApplicable).cloned().collect();
    if judged.is_empty() {
        return outcomes
            .into_iter()
            .next()
            .unwrap_or_else(|| Outcome::not_applicable("there is nothing to judge"));
    }
    let of = judged.len() as u32;
    let passed = judged.iter().filter(|o| o.verdict == Verdict::Pass).count() as u32;
    let verdict = [Verdict::Fail, Verdict::Unknown, Verdict::Pass]
        .into_iter()
        .find(|v| judged.iter().any(|o| o.verdict == *v))
        .expect("internal error: a judged part has a verdict");
    let reasons: Vec<_> = judged.iter().filter(|o| o.verdict == verdict).map(|o| o.reason.clone()).collect();
    let mut outcome = Outcome::unknown(reasons.join("; "), Vec::new());
    outcome.verdict = verdict;
    for part in judged {
        if part.verdict == verdict || verdict == Verdict::Fail {
            outcome.findings.extend(part.findings.into_iter().filter(|_| part.verdict == verdict));
            outcome.evidence.extend(part.evidence);
        }
    }
    if of > 1 { outcome.with_places(passed, of) } else { outcome }
}
