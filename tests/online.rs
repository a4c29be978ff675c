//! `doctor --online` against a server on this machine, which counts who asks for what.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::{Outcome, Project, root};

/// What a server answers: the status, and the body; `{self}` in it is its address.
type Answer = (u16, &'static str);

/// A server of two documents.
struct Issuer {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Issuer {
    fn new(configuration: Answer, keys: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (own, seen) = (address.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &own, &seen, (configuration, keys));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, own: &str, seen: &Mutex<Vec<String>>, (configuration, keys): (Answer, Answer)) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    lines.find(String::is_empty);
    seen.lock().unwrap().push(path.clone());
    let (status, body) = match path.as_str() {
        "/.well-known/openid-configuration" => configuration,
        "/.well-known/jwks.json" => keys,
        _ => (404, ""),
    };
    let body = body.replace("{self}", own);
    let head = format!(
        "HTTP/1.1 {status} X\r\nlocation: {own}/elsewhere\r\ncontent-length: {}\r\nconnection: close",
        body.len()
    );
    let _ = write!(stream, "{head}\r\n\r\n{body}");
}

const FINE: Answer = (200, r#"{ "issuer": "{self}", "jwks_uri": "{self}/.well-known/jwks.json" }"#);
const KEYS: Answer = (200, r#"{ "keys": [{ "kty": "RSA", "kid": "ins_1", "n": "AQAB", "e": "AQAB" }] }"#);

/// An app on Clerk whose sessions an issuer signs.
fn doctor(address: &str, flags: &[&str]) -> Outcome {
    let project = Project::copy_of(&root().join("tests/doctor/base"));
    let config =
        format!("export default {{\n  providers: [{{ domain: \"{address}\", applicationID: \"convex\" }}],\n}};\n");
    project.write("convex/auth.config.ts", config);
    project.run(&[&["doctor"], flags].concat())
}

#[test]
fn issuers_are_asked_for_their_keys() {
    for (configuration, keys, said) in [
        (
            FINE,
            KEYS,
            "note[issuer-online] convex/auth.config.ts:2:15: 127.0.0.1:PORT answers, with one key that Convex takes",
        ),
        (
            (404, ""),
            KEYS,
            "error[issuer-online] convex/auth.config.ts:2:15: 127.0.0.1:PORT: its configuration is not there: it answers with status 404",
        ),
        // Nobody is followed elsewhere.
        ((302, ""), KEYS, "its configuration is not there: it answers with status 302"),
        (
            (200, "<html>"),
            KEYS,
            "error[issuer-online] convex/auth.config.ts:2:15: 127.0.0.1:PORT: its configuration is no JSON",
        ),
        ((200, r#"{ "issuer": "https://clerk.example.com" }"#), KEYS, ": it says that it is another issuer"),
        ((200, r#"{ "issuer": "{self}/" }"#), KEYS, ": its configuration names no key set"),
        (
            (200, r#"{ "issuer": "{self}", "jwks_uri": "file:///etc/hosts" }"#),
            KEYS,
            ": its configuration names no key set",
        ),
        (
            FINE,
            (500, ""),
            "warning[issuer-online] convex/auth.config.ts:2:15: 127.0.0.1:PORT: its key set could not be looked at",
        ),
        (FINE, (410, ""), ": its key set is not there: it answers with status 410"),
        (FINE, (200, "{}"), ": its key set has no key that Convex takes"),
        (
            FINE,
            (200, r#"{ "keys": [{ "kty": "oct" }, 1, { "kty": "RSA", "n": "!!", "e": "AQAB" }] }"#),
            ": its key set has no key that Convex takes",
        ),
    ] {
        let issuer = Issuer::new(configuration, keys);
        let run = doctor(&issuer.address, &["--online"]);
        let port = issuer.address.rsplit(':').next().unwrap();
        let text = run.stdout.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:PORT");
        assert!(text.contains(said), "{said}\n{text}{}", run.stderr);
        assert!(!issuer.asked().is_empty());
    }
}

#[test]
fn what_does_not_answer_is_a_warning() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = doctor(&format!("http://{free}"), &["--online"]);
    assert!(run.stdout.contains("warning[issuer-online]"), "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("its configuration could not be looked at, since it gives no answer that can be read"),
        "{}",
        run.stdout
    );
}

#[test]
fn nobody_is_asked_without_the_flag() {
    let issuer = Issuer::new(FINE, KEYS);
    for flags in [&[][..], &["--production"], &["--fix"], &["--format", "json"]] {
        doctor(&issuer.address, flags);
    }
    assert_eq!(issuer.asked(), [] as [&str; 0]);
    // By TLS only, but on this machine.
    let elsewhere = issuer.address.replace("127.0.0.1", "127.0.0.2");
    assert!(
        doctor(&elsewhere, &["--online"])
            .stdout
            .contains("note[issuer-online] convex/auth.config.ts:2:15: nobody was asked")
    );
    // Nor by a name before an `@`.
    let other = issuer.address.replace("http://", "http://localhost:80@");
    assert!(!doctor(&other, &["--online"]).stdout.contains("localhost:80@"));
    assert_eq!(issuer.asked(), [] as [&str; 0]);
    doctor(&issuer.address, &["--online"]);
    assert_eq!(issuer.asked(), ["/.well-known/openid-configuration", "/.well-known/jwks.json"]);
}
