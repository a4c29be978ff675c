//! What is set on a Convex deployment, as `npx convex env list` prints it: names, and of an issuer the host; no value is kept.
//!
//! ```text
//! CLERK_JWT_ISSUER_DOMAIN=https://verb-noun-00.clerk.accounts.dev
//! OPENAI_API_KEY=…
//! ```

use std::collections::BTreeSet;

use change::RelPath;

use crate::credentials::{Address, What, in_text, names_set};

/// The variables of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    names: BTreeSet<String>,
    issuers: Vec<(String, Address)>,
    secrets: BTreeSet<String>,
}

impl Deployment {
    /// Reads what `npx convex env list` printed; `None` where that is something else.
    pub fn read(text: &str) -> Option<Self> {
        let names = names_set(text);
        let is_empty = text.trim().is_empty() || text.trim_start().starts_with("No environment variables");
        if names.is_empty() && !is_empty {
            return None;
        }
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut deployment = Self::default();
        // Any of them may be the one that auth.config reads.
        for variable in RelPath::new("deployment").map(|path| in_text(&path, text, &wanted)).unwrap_or_default() {
            match variable.what {
                What::Issuer(address) => deployment.issuers.push((variable.name, address)),
                What::Secret => drop(deployment.secrets.insert(variable.name)),
                What::Publishable { .. } | What::NoPublishable => {}
            }
        }
        Some(Self { names, ..deployment })
    }

    /// Whether a variable is set.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// What a variable holds, taken for an address.
    pub(crate) fn address(&self, name: &str) -> Option<&Address> {
        self.issuers.iter().rev().find(|(known, _)| known == name).map(|(_, address)| address)
    }

    /// The variables that hold a secret key of Clerk's.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_is_none() {
        assert_eq!(Deployment::read(""), Some(Deployment::default()));
        assert_eq!(Deployment::read("No environment variables set.\n"), Some(Deployment::default()));
        assert_eq!(Deployment::read("{ \"A\": \"hunter2\" }\n"), None);
        assert_eq!(Deployment::read("A: hunter2\n"), None);
    }

    #[test]
    fn no_value_is_kept() {
        let text = "A=https://verb-noun-00.clerk.accounts.dev\nB=hunter2\nCLERK_SECRET_KEY=sk_test_abcdefghijklmnop\n";
        let deployment = Deployment::read(text).unwrap();
        assert_eq!(deployment.address("A").and_then(Address::host), Some("verb-noun-00.clerk.accounts.dev"));
        assert!(deployment.has("B") && !deployment.has("C") && deployment.secrets().eq(["CLERK_SECRET_KEY"]));
        let secret = Deployment::read("A=hunter2.secret/x\nB=eyJhbGci.eyJpc3Mi.c2ln_a\n").unwrap();
        for shown in [format!("{deployment:?}"), format!("{secret:?}")] {
            assert!(!shown.contains("sk_test") && !shown.contains("hunter2") && !shown.contains("eyJ"), "{shown}");
        }
    }
}
