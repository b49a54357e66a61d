//! What Entra ID's error numbers mean, in a sentence that says what to do.
//!
//! The numbers are those of the documented list of AADSTS errors; a number that is not here is shown with the first line of the
//! service's own words.

use crate::domain::SafeText;

/// The longest part of the service's own words that is kept, in characters.
const LONGEST: usize = 300;

/// Numbers that mean the same for whoever signs in, with what to do.
const SENTENCES: [(&[u32], &str); 17] = [
    (
        &[50076, 50079, 50074, 50072, 50158],
        "a second factor is asked for: sign in again and confirm it, with `az login` or by device code",
    ),
    (
        &[53003, 53002, 53004],
        "the tenant's Conditional Access does not allow this way to sign in (device codes are often blocked): use the Azure CLI or a managed identity, or ask an administrator",
    ),
    (
        &[53000, 53001, 530_003],
        "the tenant accepts managed devices only: sign in with the Azure CLI on one, or ask an administrator",
    ),
    (&[700_082, 70008, 700_084, 700_081, 50078, 70043, 70046], "the kept sign-in has expired: sign in again"),
    (&[50173, 50133], "the sign-in was revoked, or the password changed: sign in again"),
    (&[50057], "the account is disabled"),
    (&[50053], "the account is locked after too many attempts: wait, or ask an administrator"),
    (&[50055, 50144], "the password has expired: change it in a browser, then sign in again"),
    (&[50126], "wrong user name or password"),
    (
        &[50020, 50034, 90072],
        "the account is not in this tenant: set `tenant` in the profile to the account's own, or have it invited as a guest",
    ),
    (
        &[90002, 900_021, 900_023, 50059],
        "there is no such tenant in this cloud: check `tenant` and `cloud` in the profile, or AZURE_TENANT_ID",
    ),
    (
        &[500_011],
        "this tenant does not know Azure Resource Manager: check `cloud` and `tenant` in the profile",
    ),
    (&[65001, 65004, 90094], "the tenant has not consented to the Azure CLI's sign-in: ask an administrator"),
    (&[50105], "the account is not assigned to the Azure CLI's application: ask an administrator"),
    (
        &[700_016, 70001, 7_000_112],
        "the tenant does not know the application, or disabled it: check AZURE_CLIENT_ID and AZURE_TENANT_ID",
    ),
    (&[7_000_215, 7_000_222], "the application's secret is wrong or has expired: renew AZURE_CLIENT_SECRET"),
    (
        &[70021, 700_211, 700_212, 700_213],
        "no federated credential of the application matches this service account: check its issuer and subject",
    ),
];

/// What an error of Entra ID means. `code` is OAuth's word, `description` the service's own words; both may be empty.
pub(super) fn explain(code: &str, description: &str) -> SafeText {
    if let Some(number) = number(description)
        && let Some((_, sentence)) = SENTENCES.iter().find(|(numbers, _)| numbers.contains(&number))
    {
        return SafeText::from(format!("{sentence} (AADSTS{number})"));
    }
    let words = first_line(description);
    SafeText::from(match (code, words.is_empty()) {
        ("authorization_declined" | "access_denied", _) => {
            "the sign-in was declined in the browser".to_owned()
        }
        ("expired_token" | "code_expired", _) => "the code was not used in time".to_owned(),
        ("bad_verification_code", _) => "the sign-in service does not know this code any more".to_owned(),
        ("invalid_grant", true) => "the kept sign-in is no longer accepted: sign in again".to_owned(),
        ("", true) => "no reason given".to_owned(),
        (code, true) => format!("the sign-in service refused it ({code})"),
        (_, false) => words,
    })
}

/// The number of the first AADSTS error in a text.
fn number(text: &str) -> Option<u32> {
    let rest = text.split_once("AADSTS")?.1;
    let digits: &str = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().ok()
}

/// The first line that says something, without what follows a trace id.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line = line.split(" Trace ID:").next().unwrap_or_default();
    line.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_to_do() {
        let cases = [
            (
                "invalid_grant",
                "AADSTS700082: The refresh token has expired due to inactivity.",
                "sign in again",
            ),
            ("invalid_grant", "AADSTS50173: The provided grant has expired.", "revoked"),
            ("access_denied", "AADSTS53003: Access has been blocked.", "Conditional Access"),
            ("interaction_required", "x AADSTS50076: you must use multi-factor", "second factor"),
            ("invalid_request", "AADSTS90002: Tenant 'x' not found.", "`tenant`"),
            ("invalid_client", "AADSTS7000215: Invalid client secret provided.", "AZURE_CLIENT_SECRET"),
            ("authorization_declined", "", "declined"),
            ("expired_token", "AADSTS70020: The device code has expired.", "not used in time"),
            ("bad_verification_code", "", "this code"),
            ("invalid_grant", "", "sign in again"),
            ("server_error", "", "(server_error)"),
            ("odd", "AADSTS999999: Something new. Trace ID: 0-1\r\nMore", "AADSTS999999: Something new."),
        ];
        for (code, description, expected) in cases {
            let said = explain(code, description);
            assert!(said.raw().contains(expected), "{code} {description}: {said}");
            assert!(!said.raw().contains("Trace ID"), "{said}");
        }
    }

    #[test]
    fn a_number_stands_for_one_sentence() {
        let mut all: Vec<u32> = SENTENCES.iter().flat_map(|(numbers, _)| numbers.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(number("AADSTS: none"), None);
        assert_eq!(number("AADSTS99999999999999"), None);
    }
}
