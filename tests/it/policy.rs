//! What protects a view, as literate cases in `tests/fixtures/endpoints/policy*.md`.
//!
//! A case is a section: `python <path>` blocks are files, a `policy` block names views and says what must come out:
//!
//! ```text
//! shop.views.Orders get=list post=create          a view; for a view set, its actions
//! shop.views.Orders(permission_classes=[a.B])     keywords of `as_view`
//!     permission = [a.B, c.D] from class          value and who decided it
//!     exposure = authenticated
//! ```
//!
//! `policy_differential` asks real DRF about the same cases, except those whose block is called `policy-only`
//! because Python refuses or never ends them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use drf_harden::endpoints::policy::{Effective, Policies, PolicyValue, Rate, ViewPolicy};
use drf_harden::endpoints::{ViewCall, ViewTarget};
use drf_harden::index::{ProjectIndex, items};
use drf_harden::project::{Project, Role, SettingsCandidate, SettingsChoice};
use drf_harden::python::parse;
use drf_harden::settings::{self, Environment, Items, Node, Value};
use drf_harden::source::{SourceFile, Sources};

/// One section of a fixture.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files: Vec<(String, String)>,
    pub(crate) views: Vec<View>,
    /// Whether real DRF can be asked.
    pub(crate) is_real: bool,
}

/// A view of a case with what is expected of it.
pub(crate) struct View {
    pub(crate) line: String,
    pub(crate) target: String,
    pub(crate) keywords: BTreeMap<String, Vec<String>>,
    pub(crate) actions: BTreeMap<String, String>,
    expected: Vec<(String, String)>,
}

impl View {
    /// A view of which nothing is expected but what real DRF does.
    pub(crate) fn new(target: &str, actions: BTreeMap<String, String>) -> Self {
        Self {
            line: target.to_owned(),
            target: target.to_owned(),
            keywords: BTreeMap::new(),
            actions,
            expected: Vec::new(),
        }
    }
}

/// All cases, in order.
pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/endpoints");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.file_name().unwrap().to_string_lossy().starts_with("policy"));
    files.sort();
    files.iter().flat_map(|f| read(f)).collect()
}

fn read(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).unwrap();
    let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            let name = format!("{stem}: {title}");
            cases.push(Case { name, files: Vec::new(), views: Vec::new(), is_real: true });
            continue;
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|l| !l.starts_with("```")).collect();
        let case = cases.last_mut().expect("a block stands under a heading");
        if let Some((_, path)) = info.split_once(' ') {
            case.files.push((path.to_owned(), body.join("\n") + "\n"));
        } else {
            case.is_real = info == "policy";
            case.views = views(&body);
        }
    }
    cases
}

fn views(body: &[&str]) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    for line in body {
        if let Some(fact) = line.strip_prefix("    ") {
            let (key, value) = fact.split_once(" = ").expect("name = value");
            views.last_mut().unwrap().expected.push((key.to_owned(), value.to_owned()));
            continue;
        }
        let (target, keywords) = match line.split_once('(') {
            Some((target, keywords)) => (target, keywords.trim_end_matches(')')),
            None => (line.split(' ').next().unwrap(), ""),
        };
        let list = |text: &str| -> Vec<String> {
            let inner = text.trim_matches(['[', ']']);
            inner.split(", ").filter(|p| !p.is_empty()).map(str::to_owned).collect()
        };
        let keywords = keywords.split_once('=').map(|(k, v)| (k.to_owned(), list(v))).into_iter().collect();
        let actions = line
            .split(' ')
            .skip(1)
            .filter_map(|p| p.split_once('='))
            .map(|(m, a)| (m.to_owned(), a.to_owned()))
            .collect();
        let (line, target) = ((*line).to_owned(), target.to_owned());
        views.push(View { line, target, keywords, actions, expected: Vec::new() });
    }
    views
}

impl Case {
    /// The policies of the case's views.
    pub(crate) fn judge(&self) -> Vec<ViewPolicy> {
        let file = |(path, text): &(String, String)| {
            SourceFile::from_bytes(path.clone(), text.clone().into_bytes()).unwrap()
        };
        let sources = Sources::new("/project".into(), self.files.iter().map(file).collect());
        let settings_file = sources.find("settings.py").expect("a case has settings");
        let project = Project {
            root: String::new(),
            name: "case".into(),
            import_roots: vec![String::new()],
            candidates: vec![SettingsCandidate {
                module: "settings".into(),
                file: settings_file,
                role: Role::Production,
                named_by: Vec::new(),
            }],
            configuration: None,
            choice: SettingsChoice::None,
            django: None,
            drf: None,
            site_packages: None,
            dotenv: Vec::new(),
            deployment: Vec::new(),
        };
        let environment = Environment { vars: BTreeMap::new(), dotenv: false };
        let model = settings::evaluate(&sources, &project, "settings", &environment);
        let read = sources.iter().map(|(id, f)| Arc::new(items::collect(&sources, id, &parse(&f.text))));
        let index = ProjectIndex::link(&sources, Some(&project), read.collect());
        let policies = Policies::new(&index, Some(&model), &sources);
        self.views.iter().map(|view| policies.of(&call(&index, view))).collect()
    }
}

fn call(index: &ProjectIndex, view: &View) -> ViewCall {
    let class = index.classes().map(|(id, _)| id).find(|&id| index.class_name(id) == view.target);
    let function = index.functions().map(|(id, _)| id).find(|&id| index.function_name(id) == view.target);
    let target = match (class, function) {
        (Some(id), _) => ViewTarget::Class(id),
        (None, Some(id)) => ViewTarget::Function(id),
        (None, None) => ViewTarget::External(view.target.clone()),
    };
    let list = |names: &Vec<String>| {
        let items = names.iter().map(|n| Node::plain(Value::Ref(n.clone()))).collect();
        Node::plain(Value::List(Items { items, rest: None }))
    };
    ViewCall {
        target,
        initkwargs: view.keywords.iter().map(|(k, v)| (k.clone(), list(v))).collect(),
        actions: (!view.actions.is_empty()).then(|| view.actions.clone()),
        wrappers: Vec::new(),
    }
}

/// A fact of a policy in the words of the fixtures.
fn fact(policy: &ViewPolicy, key: &str) -> String {
    let effective = |e: &Effective| format!("{} from {}", value(&e.value), e.origin.as_str());
    match key {
        "view" => policy.view.clone(),
        "kind" => policy.kind.as_str().to_owned(),
        "methods" => policy.methods.join(", "),
        "exposure" => policy.exposure.as_str().to_owned(),
        "why" => policy.why.clone(),
        "authentication" => effective(&policy.authentication),
        "permission" => effective(&policy.permission),
        "throttle" => effective(&policy.throttle),
        "pagination" => effective(&policy.pagination),
        "serializer" => effective(&policy.serializer),
        "renderer" => effective(&policy.renderer),
        "parser" => effective(&policy.parser),
        "throttles" => {
            let one = |t: &drf_harden::endpoints::policy::Throttle| {
                let scope = t.scope.as_deref().unwrap_or("?");
                let rate = match &t.rate {
                    Rate::Limited(rate) => rate,
                    Rate::Unlimited => "none",
                    Rate::Unknown => "?",
                };
                format!("{} {scope} {rate}", t.class)
            };
            policy.throttles.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        other => panic!("the fixtures know no `{other}`"),
    }
}

fn value(value: &PolicyValue) -> String {
    match value {
        PolicyValue::Names(names) => format!("[{}]", names.join(", ")),
        PolicyValue::One(name) => name.clone().unwrap_or_else(|| "None".into()),
        PolicyValue::Branches(all) => {
            let one =
                |b: &drf_harden::endpoints::policy::Branch| format!("{}: {}", b.when, self::value(&b.value));
            all.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        PolicyValue::Unknown(_) => "unknown".into(),
    }
}

#[test]
fn every_case_comes_out_as_written() {
    let mut wrong = String::new();
    let mut count = 0;
    for case in cases() {
        let policies = case.judge();
        for (view, policy) in case.views.iter().zip(&policies) {
            count += 1;
            for (key, expected) in &view.expected {
                let got = fact(policy, key);
                // A condition is written `if x`, a request's case as it is.
                let got = if got.starts_with("os.") || got.starts_with("not os.") {
                    format!("if {got}")
                } else {
                    got
                };
                let got = got.replace("; not os.", "; if not os.");
                if got != *expected {
                    wrong.push_str(&format!(
                        "{}\n  {}: {key}\n    expected {expected}\n    got      {got}\n    because {} / {:?}\n",
                        case.name, view.line, policy.why, policy.problem
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 80, "only {count} views");
}
