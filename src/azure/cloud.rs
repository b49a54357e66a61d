//! Which cloud to talk to, and the one origin that may ever see the bearer token.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use thiserror::Error;

/// A national cloud of Azure: where ARM is, who signs people in, and what a token is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Cloud {
    /// Azure public.
    #[default]
    Public,
    /// Azure US Government.
    UsGov,
    /// Azure in China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// Every cloud, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Public, Self::UsGov, Self::China];

    /// The word used in the config file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGov => "us-gov",
            Self::China => "china",
        }
    }

    /// Reads a cloud's word, or the name the Azure CLI gives it, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        let folded: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match folded.as_str() {
            "public" | "azurecloud" | "azurepublic" | "azurepubliccloud" => Some(Self::Public),
            "usgov" | "usgovernment" | "azureusgovernment" | "azureusgovernmentcloud" => Some(Self::UsGov),
            "china" | "azurechinacloud" | "azurechina" => Some(Self::China),
            _ => None,
        }
    }

    /// ARM's base address, without a trailing slash.
    pub fn arm(self) -> &'static str {
        match self {
            Self::Public => "https://management.azure.com",
            Self::UsGov => "https://management.usgovcloudapi.net",
            Self::China => "https://management.chinacloudapi.cn",
        }
    }

    /// The host that signs in, without the tenant.
    pub fn authority(self) -> &'static str {
        match self {
            Self::Public => "https://login.microsoftonline.com",
            Self::UsGov => "https://login.microsoftonline.us",
            Self::China => "https://login.chinacloudapi.cn",
        }
    }

    /// The scope (v2) of a token for ARM.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Public => "https://management.azure.com/.default",
            Self::UsGov => "https://management.usgovcloudapi.net/.default",
            Self::China => "https://management.chinacloudapi.cn/.default",
        }
    }

    /// The domain below which logic apps are called back, and nothing else is.
    pub fn logic_apps(self) -> &'static str {
        match self {
            Self::Public => "logic.azure.com",
            Self::UsGov => "logic.azure.us",
            Self::China => "logic.azure.cn",
        }
    }

    /// The address, when it leads to a logic app of this cloud: `https` on its own port, below [`Self::logic_apps`].
    pub(super) fn accept_logic_app(self, text: &str) -> Option<Url> {
        let url = plain_url(text)?;
        let authority = text.split_once("://")?.1.split(['/', '?', '#']).next()?;
        let labels = url.host_str()?.strip_suffix(self.logic_apps())?.strip_suffix('.')?;
        let below = !labels.is_empty() && labels.split('.').all(|label| !label.is_empty());
        let plain = url.scheme() == "https"
            && url.port_or_known_default() == Some(443)
            && url.fragment().is_none()
            && !authority.contains('@');
        (below && plain).then_some(url)
    }

    /// The cloud's own ARM endpoint.
    pub fn endpoint(self) -> Endpoint {
        let host = self.arm().trim_start_matches("https://");
        Endpoint { scheme: "https", host: host.to_owned(), port: 443 }
    }
}

/// Why an address cannot be the ARM endpoint, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// Not an absolute web address.
    #[error("the endpoint is not a web address; write it like https://management.azure.com")]
    NotAnAddress,
    /// Plain `http` to a host that is not this machine.
    #[error(
        "plain http would show the sign-in token to the network; use https (http is only for 127.0.0.1, ::1 and localhost)"
    )]
    PlainHttp,
    /// A scheme that is neither `https` nor `http`.
    #[error("the endpoint must begin with https:// (or http:// for this machine)")]
    Scheme,
    /// A user name or password inside the address.
    #[error(
        "leave the user name and password out of the endpoint; the sign-in comes from the environment or the Azure CLI"
    )]
    UserInfo,
    /// A path, query or fragment after the host.
    #[error("the endpoint is scheme, host and port only; remove what follows the host")]
    Path,
}

/// A validated base address of ARM: scheme, host and port, and nothing else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: &'static str,
    host: String,
    port: u16,
}

impl Endpoint {
    /// Validates an address given by a person.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        let url = plain_url(text).ok_or(EndpointError::NotAnAddress)?;
        let scheme = match url.scheme() {
            "https" => "https",
            "http" => "http",
            _ => return Err(EndpointError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(EndpointError::NotAnAddress)?;
        if scheme == "http" && !is_loopback(host) {
            return Err(EndpointError::PlainHttp);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::Path);
        }
        let port = url.port_or_known_default().ok_or(EndpointError::NotAnAddress)?;
        Ok(Self { scheme, host: host.to_owned(), port })
    }

    /// True when the endpoint is this machine: the emulator, the demo, a tunnel.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// True for TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// The host, lower-cased.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The absolute address of a path (with its query) below this endpoint.
    pub fn join(&self, path_and_query: &str) -> String {
        format!("{self}{path_and_query}")
    }

    /// The address, when it lies on exactly this scheme, host and port; none for every other.
    ///
    /// Addresses with user information, backslashes, blanks or control characters are refused as they stand: parsers
    /// disagree on what host such a text names.
    pub fn accept(&self, text: &str) -> Option<Url> {
        let url = plain_url(text)?;
        let authority = text.split_once("://")?.1.split(['/', '?', '#']).next()?;
        let same = url.scheme() == self.scheme
            && url.host_str() == Some(self.host.as_str())
            && url.port_or_known_default() == Some(self.port)
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && !authority.contains('@');
        same.then_some(url)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        let default = if self.is_https() { 443 } else { 80 };
        if self.port == default { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// Parses an address without the repairs that a browser makes (stripped tabs, backslashes taken for slashes).
fn plain_url(text: &str) -> Option<Url> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let rest = text.split_once("://")?.1;
    (plain && !rest.starts_with('/')).then(|| Url::parse(text).ok()).flatten()
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_is_consistent_with_itself() {
        for cloud in Cloud::ALL {
            assert_eq!(Cloud::parse(cloud.word()), Some(cloud));
            assert_eq!(Endpoint::parse(cloud.arm()), Ok(cloud.endpoint()));
            assert_eq!(cloud.endpoint().to_string(), cloud.arm());
            assert_eq!(cloud.scope(), format!("{}/.default", cloud.arm()));
        }
        assert_eq!(Cloud::parse("AzureUSGovernment"), Some(Cloud::UsGov));
        assert_eq!(Cloud::parse("moon"), None);
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:80", "http://localhost:1/"] {
            assert!(Endpoint::parse(good).is_ok_and(|endpoint| endpoint.is_loopback()), "{good}");
        }
        for bad in [
            "http://management.azure.com",
            "http://10.0.0.1",
            "http://localhost.evil.example",
            "http://[::2]",
        ] {
            assert_eq!(Endpoint::parse(bad), Err(EndpointError::PlainHttp), "{bad}");
        }
    }

    #[test]
    fn an_endpoint_is_scheme_host_and_port() {
        let cases = [
            ("management.azure.com", EndpointError::NotAnAddress),
            ("", EndpointError::NotAnAddress),
            ("https://", EndpointError::NotAnAddress),
            ("https:///x", EndpointError::NotAnAddress),
            ("https://a\\b", EndpointError::NotAnAddress),
            ("ftp://host", EndpointError::Scheme),
            ("https://me@host", EndpointError::UserInfo),
            ("https://me:pw@host", EndpointError::UserInfo),
            ("https://@host", EndpointError::UserInfo),
            ("https://host/arm", EndpointError::Path),
            ("https://host?x=1", EndpointError::Path),
        ];
        for (text, error) in cases {
            assert_eq!(Endpoint::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn only_the_exact_origin_is_accepted() {
        let endpoint = Cloud::Public.endpoint();
        for good in [
            "https://management.azure.com/subscriptions?api-version=1&$skiptoken=a%20b",
            "https://MANAGEMENT.azure.com:443/x",
        ] {
            assert!(endpoint.accept(good).is_some(), "{good}");
        }
        for bad in [
            "http://management.azure.com/x",
            "https://management.azure.com:8443/x",
            "https://management.azure.com.evil.example/x",
            "https://evil.example/management.azure.com",
            "https://management.azure.com@evil.example/x",
            "https://user@management.azure.com/x",
            "https://@management.azure.com/x",
            "https://management.azure.com\\@evil.example/x",
            "https:\\\\management.azure.com/x",
            "https:/management.azure.com/x",
            "https:///management.azure.com/x",
            "https://management.azure.com./x",
            "https://man\tagement.azure.com/x",
            " https://management.azure.com/x",
            "//management.azure.com/x",
            "/subscriptions",
            "https://management.azure.com/x#y",
            "",
        ] {
            assert!(endpoint.accept(bad).is_none(), "{bad}");
        }
    }
}
