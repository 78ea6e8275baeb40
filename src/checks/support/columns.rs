//! Columns that should not leave the database, by their names and kinds.

use crate::index::Field;

/// How much harm the value of a column does in the wrong hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sensitivity {
    /// It identifies a person: an address, a number.
    Personal,
    /// It is a secret, or opens a door.
    Secret,
}

/// Names that are secrets as a whole.
const SECRETS: [&str; 22] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "auth_token",
    "access_token",
    "refresh_token",
    "otp",
    "otp_secret",
    "mfa_secret",
    "totp_secret",
    "pin",
    "pin_code",
    "cvv",
    "cvc",
    "api_key",
    "apikey",
    "private_key",
    "session_key",
    "recovery_codes",
    "backup_codes",
];
/// Ends of names that mean a secret.
const ENDS: [&str; 9] = [
    "_password",
    "_secret",
    "_token",
    "_api_key",
    "_private_key",
    "_secret_key",
    "_otp",
    "_passphrase",
    "_pin",
];
/// Ends of names that mean a person.
const PERSONAL: [&str; 20] = [
    "ssn",
    "social_security_number",
    "national_id",
    "tax_id",
    "passport_number",
    "iban",
    "card_number",
    "credit_card",
    "bank_account",
    "date_of_birth",
    "birth_date",
    "dob",
    "salary",
    "medical_record",
    "diagnosis",
    "account_number",
    "routing_number",
    "license_number",
    "national_insurance_number",
    "passport",
];

/// How sensitive a column or lookup path is (`user__password` is its last part); `None` for the others.
pub(crate) fn sensitivity(path: &str) -> Option<Sensitivity> {
    let name = path.rsplit("__").next().unwrap_or(path).to_ascii_lowercase();
    // Hashes of secrets let a guess be tested; a name that says so is one of them.
    let bare = name.trim_end_matches("_hash").trim_end_matches("_hashed").trim_start_matches("hashed_");
    if SECRETS.contains(&bare) || ENDS.iter().any(|end| bare.ends_with(end)) {
        // What is called public is made to be passed on, as is the address that holds it.
        let harmless = ["is_", "has_", "use_", "num_", "require_", "requires_", "public_"]
            .iter()
            .any(|start| bare.starts_with(start));
        return (!harmless).then_some(Sensitivity::Secret);
    }
    PERSONAL.contains(&bare).then_some(Sensitivity::Personal)
}

/// The same of a column whose kind is known: a switch or a date named after a secret is none.
pub(crate) fn of_field(field: &Field) -> Option<Sensitivity> {
    let plain = ["Boolean", "Date", "Time", "Duration"].iter().any(|kind| field.kind.contains(kind));
    sensitivity(&field.name).filter(|_| !plain && field.target.is_none())
}

/// Columns of an account that decide what it may do: nothing for a client to set.
pub(crate) fn is_privilege(name: &str) -> bool {
    matches!(
        name,
        "is_staff"
            | "is_superuser"
            | "is_admin"
            | "is_moderator"
            | "groups"
            | "user_permissions"
            | "role"
            | "roles"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_whole() {
        for name in
            ["password", "user__password", "reset_token", "api_key", "token_hash", "stripe_secret_key", "otp"]
        {
            assert_eq!(sensitivity(name), Some(Sensitivity::Secret), "{name}");
        }
        for name in ["ssn", "owner__iban"] {
            assert_eq!(sensitivity(name), Some(Sensitivity::Personal), "{name}");
        }
        for name in [
            "name",
            "token_count",
            "is_secret",
            "has_password",
            "key",
            "pinned",
            "secretary",
            "spin",
            "email",
        ] {
            assert_eq!(sensitivity(name), None, "{name}");
        }
    }
}
