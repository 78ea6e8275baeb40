use super::*;
use crate::project::testing::sources;

/// `variable=value by stage path:line` of each statement; `-` for a value that is passed on.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let sources = sources(files);
    let show = |fact: EnvFact| {
        let (path, line) = (sources.path(fact.at.file), sources.line(fact.at));
        let value = fact.value.unwrap_or_else(|| "-".to_owned());
        format!("{}={value} {} {} {path}:{line}", fact.variable, fact.by, fact.stage.as_str())
    };
    find(&sources, "", &[""]).into_iter().map(show).collect()
}

#[test]
fn dockerfiles_set_variables_for_what_they_start() {
    let text = "ARG STAGE=live\nFROM python:3.12 AS base\nENV DEBUG=0 \\\n    HOSTS=\"a b\" \\\n    TOKEN=$TOKEN\n\
                ENV OLD form of it\nENV APP_STAGE=${STAGE}\nARG GIVEN\n# ENV COMMENT=1\n\
                ENTRYPOINT [\"env\", \"X=1\", \"gunicorn\", \"--env=Y=2\"]\nCMD Z=3 gunicorn site.wsgi\n";
    assert_eq!(
        said(&[("Dockerfile", text)]),
        [
            "STAGE=live ARG production Dockerfile:1",
            "DEBUG=0 ENV production Dockerfile:3",
            "HOSTS=a b ENV production Dockerfile:4",
            "TOKEN=- ENV production Dockerfile:5",
            "OLD=form of it ENV production Dockerfile:6",
            "APP_STAGE=live ENV production Dockerfile:7",
            "X=1 ENTRYPOINT production Dockerfile:10",
            "Z=3 CMD production Dockerfile:11",
        ]
    );
}

#[test]
fn compose_files_set_variables_in_every_form() {
    let compose = "x-env: &env\n  DEBUG: \"False\"\n  EMPTY:\nservices:\n  web:\n    environment:\n      <<: *env\n      \
                   LEVEL: ${LEVEL:-info}\n      SECRET: ${SECRET}\n    env_file:\n      - ./web.env\n      - path: ../outside.env\n  \
                   worker:\n    environment:\n      - MODE=queue\n      - PASSED\n    command: C=1 celery worker\n";
    assert_eq!(
        said(&[("compose.prod.yaml", compose), ("web.env", "export A='b c'\n#B=1\nC=d # why\n")]),
        [
            "DEBUG=False environment production compose.prod.yaml:2",
            "EMPTY=- environment production compose.prod.yaml:3",
            "LEVEL=info environment production compose.prod.yaml:8",
            "SECRET=- environment production compose.prod.yaml:9",
            "MODE=queue environment production compose.prod.yaml:15",
            "PASSED=- environment production compose.prod.yaml:16",
            "C=1 command production compose.prod.yaml:17",
            "A=b c env_file development web.env:1",
            "C=d env_file development web.env:3",
        ]
    );
}

#[test]
fn clusters_and_platforms_set_variables() {
    let pod = "kind: Deployment\nspec:\n  containers:\n    - env:\n        - name: DEBUG\n          value: \"0\"\n        \
               - name: KEY\n          valueFrom:\n            secretKeyRef: {name: a, key: b}\n        \
               {{- if .Values.x }}\n        - name: LEVEL\n          value: {{ .Values.level | quote }}\n        {{- end }}\n\
               ---\nkind: ConfigMap\ndata:\n  FROM_MAP: yes\n";
    let render = "services:\n  - envVars:\n      - key: DEBUG\n        value: false\n      - key: K\n        generateValue: true\n";
    assert_eq!(
        said(&[
            ("k8s/web.yaml", pod),
            ("render.yaml", render),
            ("fly.toml", "[env]\nPORT = 8000\nDEBUG = \"off\"\n[processes]\nweb = \"A=1 gunicorn\"\n"),
            ("app.json", "{\"env\": {\n\"DEBUG\": \"no\",\n\"KEY\": {\"generator\": \"secret\"}}}"),
            ("Procfile", "web: B=2 gunicorn site.wsgi\n"),
            (
                "web.service",
                "[Service]\nEnvironment=\"C=3 4\" D=5\nEnvironmentFile=-/etc/web.env\nExecStart=/bin/x\n"
            ),
        ]),
        [
            "B=2 Procfile production Procfile:1",
            "DEBUG=no env production app.json:2",
            "KEY=- env production app.json:3",
            "PORT=8000 env production fly.toml:2",
            "DEBUG=off env production fly.toml:3",
            "A=1 processes production fly.toml:5",
            "DEBUG=0 env production k8s/web.yaml:5",
            "KEY=- env production k8s/web.yaml:7",
            "LEVEL=- env production k8s/web.yaml:11",
            "FROM_MAP=yes ConfigMap production k8s/web.yaml:17",
            "DEBUG=false envVars production render.yaml:3",
            "K=- envVars production render.yaml:5",
            "C=3 4 Environment production web.service:2",
            "D=5 Environment production web.service:2",
        ]
    );
}

#[test]
fn what_tests_and_developers_set_is_called_so() {
    assert_eq!(
        said(&[
            (
                ".github/workflows/ci.yml",
                "env:\n  DEBUG: 1\njobs:\n  t:\n    steps:\n      - run: |\n          A=1 pytest\n"
            ),
            ("docker-compose.yml", "services: {web: {environment: {DEBUG: 2}}}\n"),
            ("docker-compose.override.yml", "services: {web: {environment: {DEBUG: 3}}}\n"),
            ("entrypoint.sh", "export DEBUG=4\n: \"${LEVEL:=info}\"\n"),
        ]),
        [
            "DEBUG=2 environment unclear docker-compose.yml:1",
            "DEBUG=4 export unclear entrypoint.sh:1",
            "LEVEL=info default unclear entrypoint.sh:2",
            "DEBUG=3 environment development docker-compose.override.yml:1",
            "DEBUG=1 env test .github/workflows/ci.yml:2",
            "A=1 command test .github/workflows/ci.yml:7",
        ]
    );
}

/// Nothing hangs, and what stands before an error counts.
#[test]
fn hostile_files_end_soon() {
    let deep = "env: {A: 1}\nb: ".to_owned() + &"[".repeat(100_000);
    let mut aliases = "a0: &a0 {environment: {A: 1}}\n".to_owned();
    for i in 1..60 {
        let before = i - 1;
        aliases += &format!("a{i}: &a{i} [*a{before}, *a{before}, *a{before}, *a{before}]\n");
    }
    let broken = "env: {A: 1}\nx: [\n  : : :\n\t- {\n";
    let started = std::time::Instant::now();
    for text in [deep.as_str(), &aliases, broken] {
        assert!(said(&[("compose.yml", text)]).iter().all(|s| s.starts_with("A=1 ")), "{}", &text[..40]);
    }
    let many = "FROM x\n".to_owned() + &"ENV A=1\n".repeat(50_000);
    assert!(said(&[("Dockerfile", &many)]).len() <= MAX_FACTS);
    assert!(said(&[("Dockerfile", "ENV A=\"\nFROM")]).len() <= 1);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
