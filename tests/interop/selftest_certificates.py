"""Certificates for the self-test: a root, an intermediate, good leaves and bad ones."""

import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE


class Authority:
    def __init__(self, folder: str):
        self.folder = folder
        self.root = Issuer("Root", None)
        self.write("root.pem", [self.root.certificate])
        self.intermediate = Issuer("Intermediate", self.root)
        for node, usage in (("fe1", CLIENT), ("be1", SERVER)):
            self.leaf(node, node, [usage])
            self.leaf(node + "-384", node, [usage], key=ec.generate_private_key(ec.SECP384R1()))
            self.leaf(node + "-rsa", node, [usage], key=rsa.generate_private_key(65537, 2048))
            self._bad_leaves(node, usage)
        self.leaf("other", "other", [CLIENT])
        self.leaf("other-server", "other", [SERVER])
        self.leaf("both", "be1", [CLIENT, SERVER])

    def _bad_leaves(self, node: str, usage) -> None:
        self.leaf(node + "-expired", node, [usage], days=-1)
        self.leaf(node + "-no-usage", node, None)
        self.leaf(node + "-any-usage", node, [ANY])
        self.leaf(node + "-no-name", None, [usage])
        self.leaf(node + "-no-signing", node, [usage], signing=False)
        self.leaf(node + "-foreign", node, [usage], issuer=Issuer("Intermediate", Issuer("Root", None)))
        self.leaf(node + "-unchained", node, [usage], chain=False)
        # A leaf that signs another leaf: it is no authority.
        self.leaf(node + "-leaf-as-issuer", node, [usage], issuer=Issuer("Leaf", self.root, authority=False))

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def arguments(self, name: str) -> list:
        return ["--cert", self.path(name + ".pem"), "--key", self.path(name + ".key")]

    def leaf(self, file: str, node, usages, key=None, days=30, signing=True, issuer=None, chain=True) -> None:
        issuer, key = issuer or self.intermediate, key or ec.generate_private_key(ec.SECP256R1())
        builder = start(f"{node}.lab.test", key, issuer, days).add_extension(key_usage(signing=signing), True)
        if node is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(f"{node}.lab.test")]), False)
        if usages is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), False)
        certificate = builder.sign(issuer.key, hashes.SHA256())
        self.write(file + ".pem", [certificate, issuer.certificate] if chain else [certificate])
        with open(self.path(file + ".key"), "wb") as output:
            output.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    def write(self, file: str, certificates: list) -> None:
        with open(self.path(file), "wb") as output:
            output.write(b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates))


class Issuer:
    def __init__(self, name: str, parent, authority=True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = named(name)
        builder = start(name, self.key, parent or self, 300)
        builder = builder.add_extension(x509.BasicConstraints(authority, None), True).add_extension(key_usage(signing=not authority), True)
        self.certificate = builder.sign((parent or self).key, hashes.SHA256())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def start(name: str, key, issuer, days: int) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now + datetime.timedelta(days=days)
    return (x509.CertificateBuilder().subject_name(named(name)).issuer_name(issuer.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(min(now, end) - datetime.timedelta(days=1)).not_valid_after(end))


def key_usage(signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signing, False, False, False, False, not signing, False, False, False)
