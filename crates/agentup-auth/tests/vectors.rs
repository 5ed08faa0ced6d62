//! Every committed test vector gets its verdict, and is what the generator makes.

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::PathBuf};

    use agentup_auth::{
        BearerToken, Scope, UnixSeconds, VerifiedClaims, Verifier, bearer_token,
        test_support::vectors::{Family, Trust, Vector, families, trusts},
    };

    fn read(name: &str) -> String {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/jwt");
        fs::read_to_string(folder.join(name)).expect("the vectors are committed")
    }

    fn committed() -> Vec<Family> {
        let names = families()
            .into_iter()
            .map(|family| format!("{}.json", family.family));
        names
            .map(|name| serde_json::from_str(&read(&name)).expect("a family"))
            .collect()
    }

    /// The verdict in the words of a vector: what is expected, code and description.
    type Verdict = (String, Option<String>, Option<String>);

    fn expected(vector: &Vector) -> Verdict {
        (
            vector.expect.clone(),
            vector.code.clone(),
            vector.description.clone(),
        )
    }

    fn refused(code: &str, description: &str) -> Verdict {
        (
            "refused".to_owned(),
            Some(code.to_owned()),
            Some(description.to_owned()),
        )
    }

    fn judge(vector: &Vector, verifier: &Verifier) -> (Verdict, Option<VerifiedClaims>) {
        let headers = vector.authorization.clone().unwrap_or_default();
        let token = match &vector.token {
            Some(token) => BearerToken::new(token),
            None => match bearer_token(headers.iter().map(String::as_bytes)) {
                Ok(Some(token)) => token,
                Ok(None) => return (("absent".to_owned(), None, None), None),
                Err(error) => return (refused(error.code(), error.description()), None),
            },
        };
        match verifier.verify(token, UnixSeconds::new(vector.now)) {
            Ok(claims) => (("accepted".to_owned(), None, None), Some(claims)),
            Err(error) => (refused(error.code(), error.description()), None),
        }
    }

    /// Judges all vectors twice with one verifier for each trust.
    fn check_all(cached_tokens: usize) {
        let trusts: BTreeMap<String, Trust> =
            serde_json::from_str(&read("trust.json")).expect("the trust");
        let verifiers: BTreeMap<&str, Verifier> = trusts
            .iter()
            .map(|(name, trust)| (name.as_str(), trust.verifier(cached_tokens)))
            .collect();
        for family in committed().iter().chain(&committed()) {
            for vector in &family.vectors {
                let verifier = &verifiers[vector.trust.as_str()];
                let (verdict, claims) = judge(vector, verifier);
                assert_eq!(
                    verdict,
                    expected(vector),
                    "{}: {}",
                    family.family,
                    vector.name
                );
                let (Some(claims), Some(scopes)) = (claims, &vector.scopes) else {
                    continue;
                };
                let granted: Vec<_> = claims.scopes().iter().map(Scope::as_str).collect();
                assert_eq!(&granted, scopes, "{}: {}", family.family, vector.name);
            }
        }
    }

    #[test]
    fn every_vector_gets_its_verdict() {
        check_all(0);
    }

    #[test]
    fn every_vector_gets_its_verdict_from_a_verifier_that_remembers() {
        check_all(10_000);
    }

    #[test]
    fn committed_vectors_are_what_the_generator_makes() {
        let text = serde_json::to_string_pretty(&trusts()).expect("JSON");
        assert_eq!(read("trust.json").trim_end(), text);
        for (mut made, committed) in families().into_iter().zip(committed()) {
            made.keep_signatures_of(&committed);
            assert_eq!(
                made.vectors.len(),
                committed.vectors.len(),
                "{}",
                made.family
            );
            for (made, committed) in made.vectors.iter().zip(&committed.vectors) {
                assert_eq!(made, committed);
            }
        }
    }

    #[test]
    fn there_are_enough_of_them() {
        let all: usize = committed().iter().map(|family| family.vectors.len()).sum();
        assert!(all >= 250, "{all} vectors");
        for family in committed() {
            assert!(family.vectors.iter().any(|vector| vector.code.is_some()));
        }
    }
}
