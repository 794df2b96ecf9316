"""A certificate for a server, signed by an authority that no system knows."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def authority(directory: Path, host: str = "") -> tuple[Path, ssl.SSLContext]:
    """The file with the authority's certificate, and what a server needs to be trusted by it.

    `host` is its name; without one it is 127.0.0.1.
    """
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("authority")
    root = _unsigned(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    own_key = ec.generate_private_key(ec.SECP256R1())
    named = x509.DNSName(host) if host else x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    address = x509.SubjectAlternativeName([named])
    leaf = _unsigned(_name("server"), name, own_key).add_extension(address, critical=False)
    bundle, chain = directory / "bundle.pem", directory / "server.pem"
    bundle.write_bytes(root.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret = own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(leaf.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return bundle, context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _unsigned(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
