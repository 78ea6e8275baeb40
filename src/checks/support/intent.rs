//! Views that are public by intent: what they inherit, how they are named, what they do. Such a view is still
//! told, but as a hint.
//!
//! A name alone is weak evidence, so the words must fit each other: `TokenRefreshView` renews a credential,
//! `TokenViewSet` may list everybody's.

use once_map::OnceMap;
use rustc_hash::FxBuildHasher;

use crate::checks::CheckContext;
use crate::index::{Ancestor, ClassId, Lookup, Owner};

use super::views::is_beside;
use super::{answers, reach};

/// What was found out about the views of a project, kept for all checks.
pub type Intents = OnceMap<Owner, Option<String>, FxBuildHasher>;

/// Why a view seems to be public by intent, as a clause; `None` when nothing says so.
pub(crate) fn public(cx: &CheckContext<'_>, owner: Owner) -> Option<String> {
    cx.intents.insert_cloned(owner, |_| find_out(cx, owner))
}

fn find_out(cx: &CheckContext<'_>, owner: Owner) -> Option<String> {
    let index = cx.index;
    let (name, body) = match owner {
        Owner::Class(class) => {
            if let Some(library) = index.open_by_library(class) {
                return Some(format!("it inherits from `{library}`, which is open by itself"));
            }
            if let Some(library) = issues_tokens(cx, class) {
                return Some(format!(
                    "it inherits from `{library}`, which asks the client for its credentials"
                ));
            }
            (index.class(class).name.to_string(), index.class(class).at)
        }
        Owner::Action(class, method) => {
            let method = &index.class(class).methods[method];
            (method.name.to_string(), method.at)
        }
        Owner::Function(function) => {
            let function = index.function(function);
            (function.name.to_string(), function.at)
        }
    };
    if let Owner::Class(class) = owner
        && let Some(why) = by_heirs(cx, class)
    {
        return Some(why);
    }
    let text = cx.sources.slice(body);
    let mut words = words(&name);
    // A class in `webhooks/github.py` need not say it again.
    if cx.sources.path(body.file).contains("webhook") {
        words.push("webhook".to_owned());
    }
    // The signature may be checked in a helper, a decorator or a base class.
    let reached = reach::texts(cx, owner);
    if let Some(purpose) = purpose(&words, &reached)
        && !belies(cx, owner, purpose)
    {
        return Some(format!("its name says that it is {purpose}"));
    }
    if reached.iter().any(|text| PROOF.iter().any(|p| text.contains(p)) || calls_a_verifier(text)) {
        return Some("it checks a signature by itself".to_owned());
    }
    let issues_token = text.contains(".for_user(") || text.contains("Token.objects.get_or_create(");
    let checks_password = text.contains("authenticate(") || text.contains(".check_password(");
    if checks_password && (issues_token || text.contains("login(")) {
        return Some("it checks a password and logs the caller in".to_owned());
    }
    if answers::nothing(cx, owner) {
        return Some("it holds no data and answers with links, a redirect or an error".to_owned());
    }
    if reached.iter().any(|text| STRANGERS_ONLY.iter().any(|asks| text.contains(asks))) {
        return Some("it turns away whoever has logged in already".to_owned());
    }
    None
}

/// The mixin of an OAuth library that a class answers by: the client proves itself there, not by a login.
fn issues_tokens<'a>(cx: &CheckContext<'a>, class: ClassId) -> Option<&'a str> {
    let project = cx.index.mro(class).order.iter();
    let project = project.filter_map(|a| if let Ancestor::Project(id) = a { Some(*id) } else { None });
    let bases = project.flat_map(|id| &cx.index.class(id).bases);
    bases.filter_map(|base| base.name.as_deref()).find(|base| {
        let last = base.rsplit('.').next().unwrap_or(base);
        matches!(last, "OAuthLibMixin" | "OAuthToolKitMixin")
    })
}

/// How a door for callers without an account turns others away.
const STRANGERS_ONLY: [&str; 2] =
    ["if not request.user.is_anonymous", "if not self.request.user.is_anonymous"];

/// Whether a view does what its name does not say: a door lists no rows (`LoginView` may serve the records of logins),
/// and of what is public nobody without an account takes rows away.
fn belies(cx: &CheckContext<'_>, owner: Owner, purpose: &str) -> bool {
    let Owner::Class(class) = owner else { return false };
    // Which handlers are left is not looked at.
    if matches!(cx.index.lookup(class, "http_method_names"), Lookup::Value { .. }) {
        return false;
    }
    let answers = |handler: &&str| {
        matches!(cx.index.lookup(class, handler), Lookup::Method { .. } | Lookup::Framework { .. })
    };
    let handlers: &[&str] =
        if matches!(purpose, PUBLIC | HEALTH) { &["destroy"] } else { &["list", "destroy"] };
    handlers.iter().any(answers)
}

/// Why a class that others are made of seems to be public: every view that inherits from it does.
fn by_heirs(cx: &CheckContext<'_>, class: ClassId) -> Option<String> {
    let inherits = |view: ClassId| {
        view != class
            && cx.index.mro(view).order.contains(&Ancestor::Project(class))
            && !is_beside(cx, cx.index.class_file(view))
    };
    let mut heirs = cx.index.views().map(|(view, _)| view).filter(|view| inherits(*view)).peekable();
    heirs.peek()?;
    let reasons: Option<Vec<String>> = heirs.map(|view| find_out(cx, Owner::Class(view))).collect();
    reasons.map(|_| "every view that is made of it seems to be public".to_owned())
}

/// Whether a text calls something like `verify_webhook_signature(` or `verify_sns_message(`.
fn calls_a_verifier(text: &str) -> bool {
    text.match_indices("verify_").any(|(at, _)| {
        let rest = &text[at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        behind.starts_with('(')
            && ["signature", "message", "webhook", "hmac"].iter().any(|w| name.contains(w))
    })
}

/// What a view with these words in its name, and this code, is for.
fn purpose(words: &[String], code: &[&str]) -> Option<&'static str> {
    let has = |word: &str| words.iter().any(|w| w == word);
    let any = |list: &[&str]| list.iter().any(|w| has(w));
    let pair = |a: &[&str], b: &[&str]| any(a) && any(b);
    let only =
        |list: &[&str]| words.iter().all(|w| list.contains(&w.as_str()) || NEUTRAL.contains(&w.as_str()));
    if any(&["login", "signin", "logout", "signout", "sso", "saml", "saml2", "oidc", "oauth", "oauth2"])
        || pair(&["sign", "log"], &["in", "out"])
    {
        return Some("a login");
    }
    if pair(&["token", "jwt"], &["obtain", "refresh", "verify", "login", "blacklist"])
        || only(&["token", "obtain", "auth", "jwt"]) && pair(&["token", "jwt"], &["auth"])
    {
        return Some("for tokens of a login");
    }
    if pair(&["magic"], &["link", "login"])
        || pair(&["otp"], &["send", "resend", "request", "verify"])
        || pair(&["mfa", "totp"], &["verify", "step", "authenticate"])
        || has("otp") && only(&["otp", "code"])
        || pair(
            &["google", "facebook", "apple", "github", "microsoft", "social", "provider"],
            &["auth", "callback", "token"],
        )
    {
        return Some("a login");
    }
    if pair(&["invite", "invitation"], &["accept", "redeem"]) {
        return Some("for those who were invited");
    }
    if pair(&["newsletter"], &["subscribe", "unsubscribe", "subscription"]) || any(&["unsubscribe"]) {
        return Some("for readers without an account");
    }
    if any(&["signup", "onboarding"])
        || pair(&["sign"], &["up"])
        || any(&["register", "registration"]) && only(&["register", "registration"])
    {
        return Some("a sign-up");
    }
    if any(&["password"]) && has("set") && has("new")
        || pair(&["password"], &["reset", "forgot", "forgotten", "recover", "recovery", "lost"])
        || pair(
            &["email", "account", "user"],
            &["verify", "verification", "confirm", "confirmation", "activate", "activation"],
        )
        || any(&["activation", "activate"]) && only(&["activation", "activate"])
    {
        return Some("a step of signing up or of recovering an account");
    }
    if any(&["robots", "sitemap", "sitemaps"]) && only(&["robots", "txt", "sitemap", "sitemaps", "xml"]) {
        return Some("for search engines");
    }
    if has("csrf") && only(&["csrf", "token", "cookie"]) {
        return Some("for the CSRF token that a form needs");
    }
    if pair(&["health"], &["check", "probe"])
        || any(&["health", "healthz", "healthcheck", "liveness", "readiness", "heartbeat", "ping"])
            && only(&[
                "health",
                "healthz",
                "healthcheck",
                "liveness",
                "readiness",
                "heartbeat",
                "ping",
                "check",
                "status",
                "probe",
                "live",
                "ready",
            ])
    {
        return Some(HEALTH);
    }
    if (any(&["openapi", "swagger", "redoc", "schema", "docs"]) || has("open") && has("api"))
        && only(&["openapi", "open", "swagger", "redoc", "schema", "docs", "ui", "json", "yaml"])
    {
        return Some("the documentation of the API");
    }
    let webhook = any(&["webhook", "webhooks"]) || pair(&["web"], &["hook"]);
    if webhook && code.iter().any(|text| SIGNATURE.iter().any(|s| text.contains(s))) {
        return Some("a webhook, and it checks a signature");
    }
    if has("public") {
        return Some(PUBLIC);
    }
    None
}

/// What a view is that says no more than that.
const PUBLIC: &str = "public";
const HEALTH: &str = "a health check";

/// Words that say nothing about a view's purpose.
const NEUTRAL: &[&str] = &[
    "account", "accounts", "api", "app", "auth", "base", "by", "create", "custom", "customer", "email",
    "generic", "get", "user", "users", "v1", "v2", "v3", "view", "viewset", "set", "views", "with",
    "endpoint", "resource", "post", "mixin",
];

/// What a check of a webhook's signature looks like in code.
const SIGNATURE: &[&str] =
    &["signature", "SIGNATURE", "Signature", "hmac", "constant_time_compare", "jwt", "secret", "verifier"];

/// What a check of a signature looks like in any view.
const PROOF: &[&str] = &[
    "compare_digest",
    "construct_event(",
    "constant_time_compare(",
    "verify_signature(",
    "validate_signature(",
    "check_signature(",
    "verify_webhook(",
    "signing.loads(",
    ".unsign(",
    "jwt.decode(",
    "verify_oauth2_token(",
    "TokenGenerator().check_token(",
    "token_generator.check_token(",
];

/// The words of an identifier: `ObtainJWTToken` is obtain, jwt, token.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (i, &c) in chars.iter().enumerate() {
        let starts = c.is_uppercase()
            && i > 0
            && (chars[i - 1].is_lowercase() || chars.get(i + 1).is_some_and(|n| n.is_lowercase()));
        if starts || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("internal error: a word is open").extend(c.to_lowercase());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public_by_name(name: &str) -> bool {
        purpose(&words(name), &[]).is_some()
    }

    #[test]
    fn names_of_doors_are_known() {
        for name in [
            "LoginView",
            "TokenRefreshView",
            "ObtainAuthToken",
            "ObtainJWTToken",
            "UserRegisterView",
            "SignUpAPIView",
            "sign_up",
            "PasswordResetConfirmView",
            "health_check",
            "HealthView",
            "SchemaView",
            "VerifyEmailView",
            "PublicEventList",
            "logout",
            "MagicLinkVerifyView",
            "ResendOtpView",
            "GoogleSocialAuthView",
            "InviteAcceptView",
            "SetNewPasswordAPIView",
            "unsubscribe",
            "TokenBlacklistView",
            "HealthReadyView",
            "robots_txt",
            "SitemapView",
            "CsrfTokenView",
            "MFAVerifyView",
            "MFAStepMixin",
            "OTPView",
            "ProviderAuthView",
            "OpenApiView",
        ] {
            assert!(public_by_name(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_look_like_doors_are_not() {
        for name in [
            "TokenViewSet",
            "OrderView",
            "DeviceRegisterView",
            "HealthRecordView",
            "SchemaChangeViewSet",
            "PasswordView",
            "SetPasswordView",
            "OtpDeviceViewSet",
            "MFAConfigView",
            "OpenOrdersApiView",
            "MFAMethodRequestCodeView",
            "InviteViewSet",
            "GoogleCalendarView",
            "NewsletterViewSet",
            "UserViewSet",
            "StripeWebhookView",
            "EmailTemplateView",
            "AuthorView",
            "BlogInView",
            "SitemapEntryViewSet",
            "ReadyOrderView",
        ] {
            assert!(!public_by_name(name), "{name}");
        }
        assert!(purpose(&words("StripeWebhookView"), &["hmac.new(secret, body)"]).is_some());
    }
}
