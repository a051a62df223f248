//! The cookies of browsers: the token of a session, and one that a sign-in form is bound to.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Http;
use crate::service::identity::Secret;

/// The names and rules of the cookies. Over https they have the prefix that keeps other hosts from setting them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    is_secure: bool,
}

/// What a cookie holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Whoever has it is signed in.
    Session,
    /// Nobody is signed in by it: a form that was made for it is taken from the same browser alone.
    Form,
    /// What a browser needs to come back from an identity provider.
    Journey,
}

impl Cookies {
    #[must_use]
    pub fn new(http: &Http) -> Cookies {
        Cookies {
            is_secure: http.is_secure(),
        }
    }

    /// What the browser sent; none where it sent none, or several.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        let values = headers.get_all(header::COOKIE).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        let pairs = values.flat_map(|value| value.split(';'));
        let mut found = pairs.filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
        let value = found.next()?;
        found.next().is_none().then_some(value)
    }

    /// The secret that the browser sent, if it can be one.
    #[must_use]
    pub fn secret(self, headers: &HeaderMap, cookie: Cookie) -> Option<Secret> {
        Secret::parse_token(self.read(headers, cookie)?)
    }

    /// The header that keeps a value in the browser until it is closed, out of reach of scripts; of a journey for a
    /// quarter of an hour.
    #[must_use]
    pub fn set(self, cookie: Cookie, value: &str) -> HeaderValue {
        let more = match cookie {
            Cookie::Session | Cookie::Form => "",
            Cookie::Journey => "; Max-Age=900",
        };
        self.header(cookie, value, more)
    }

    /// The header that takes it away.
    #[must_use]
    pub fn remove(self, cookie: Cookie) -> HeaderValue {
        self.header(cookie, "", "; Max-Age=0")
    }

    fn header(self, cookie: Cookie, value: &str, more: &str) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.name(cookie);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
        // Names and tokens are letters, digits, hyphens and dots.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }

    fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.is_secure) {
            (Cookie::Session, false) => "peerband-session",
            (Cookie::Session, true) => "__Host-peerband-session",
            (Cookie::Form, false) => "peerband-form",
            (Cookie::Form, true) => "__Host-peerband-form",
            (Cookie::Journey, false) => "peerband-journey",
            (Cookie::Journey, true) => "__Host-peerband-journey",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Cookies = Cookies { is_secure: false };
    const SECURE: Cookies = Cookies { is_secure: true };

    fn check(sent: &[&'static str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(header::COOKIE, HeaderValue::from_static(value));
        }
        assert_eq!(PLAIN.read(&headers, Cookie::Session), expected, "{sent:?}");
    }

    #[test]
    fn a_cookie_is_read_by_its_name() {
        check(&["peerband-session=a"], Some("a"));
        check(&["x=y; peerband-session=a;z"], Some("a"));
        check(&["x=y", "peerband-session=a"], Some("a"));
        check(&["peerband-session2=a", "Xpeerband-session=a"], None);
        check(&["__Host-peerband-session=a"], None);
        check(&[], None);
    }

    #[test]
    fn of_two_cookies_of_one_name_neither_is_believed() {
        check(&["peerband-session=a; peerband-session=b"], None);
        check(&["peerband-session=a", "peerband-session=a"], None);
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_them() {
        for (cookies, secure) in [(PLAIN, false), (SECURE, true)] {
            for cookie in [Cookie::Session, Cookie::Form, Cookie::Journey] {
                let set = cookies.set(cookie, "a");
                let set = set.to_str().unwrap();
                assert!(set.contains("; HttpOnly; SameSite=Lax") && set.contains("; Path=/"));
                assert_eq!(set.contains("; Secure"), secure);
                assert_eq!(set.starts_with("__Host-"), secure);
                assert!(cookies.remove(cookie).to_str().unwrap().contains("=; "));
            }
        }
    }
}
