"""Certificates and signatures: clauses 2.2 (signatures), 2.4, 2.5 and 7."""

import datetime
import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from .errors import Violation, require
from .wire import Reader, list_of, number

ECDSA_P256, ECDSA_P384, RSA_PSS = 0x0403, 0x0503, 0x0804
SIGNATURES = [ECDSA_P256, ECDSA_P384, RSA_PSS]
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
MOST_CERTIFICATES, MOST_BYTES = 5, 16384
UNDERSTOOD = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE, ExtensionOID.SUBJECT_ALTERNATIVE_NAME}


class Identity:
    """A node's own certificate, key and trusted roots."""

    def __init__(self, certificates: str, key: str, roots: str):
        chain = read_pem(certificates)
        self.encoded = [certificate.public_bytes(serialization.Encoding.DER) for certificate in chain]
        with open(key, "rb") as file:
            self._key = serialization.load_pem_private_key(file.read(), None)
        self.roots = read_pem(roots)
        self.algorithm = algorithm_of(self._key.public_key())

    def sign(self, data: bytes) -> bytes:
        if self.algorithm == RSA_PSS:
            return self._key.sign(data, pss(), hashes.SHA256())
        size, digest = ecdsa_form(self.algorithm)
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(digest)))
        return number(r, size) + number(s, size)

    def write_certificates(self) -> bytes:
        return list_of([number(len(der), 3) + der for der in self.encoded])

    def is_own_leaf(self, leaf: x509.Certificate) -> bool:
        return leaf.public_bytes(serialization.Encoding.DER) == self.encoded[0]


def read_pem(path: str) -> list:
    # load_pem_x509_certificates is newer than the library of Debian 12.
    with open(path, "rb") as file:
        blocks = re.findall(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", file.read(), re.DOTALL)
    return [x509.load_pem_x509_certificate(block) for block in blocks]


def read_certificates(reader: Reader) -> list:
    encoded = reader.list(1, MOST_CERTIFICATES, lambda: reader.take(reader.number(3, 1, MOST_BYTES)))
    require(sum(map(len, encoded)) <= MOST_BYTES, "7.2", "too many bytes of certificates")
    try:
        return [x509.load_der_x509_certificate(der) for der in encoded]
    except ValueError as error:
        raise Violation("7.1", f"a certificate cannot be read: {error}") from error


def algorithm_of(key) -> int:
    if isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192:
        return RSA_PSS
    if isinstance(key, ec.EllipticCurvePublicKey):
        by_curve = {"secp256r1": ECDSA_P256, "secp384r1": ECDSA_P384}
        if key.curve.name in by_curve:
            return by_curve[key.curve.name]
    raise Violation("2.4", "no signature algorithm for the leaf's key")


def ecdsa_form(algorithm: int):
    return (32, hashes.SHA256()) if algorithm == ECDSA_P256 else (48, hashes.SHA384())


def pss() -> padding.PSS:
    return padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def verify_signature(leaf: x509.Certificate, algorithm: int, signature: bytes, data: bytes) -> None:
    key = public_key(leaf)
    try:
        if algorithm == RSA_PSS:
            require(len(signature) == (key.key_size + 7) // 8, "2.2", "the signature has another length")
            key.verify(signature, data, pss(), hashes.SHA256())
        else:
            size, digest = ecdsa_form(algorithm)
            require(len(signature) == 2 * size, "2.2", "the signature has another length")
            r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
    except (InvalidSignature, ValueError) as error:
        raise Violation("2.5", "the signature is wrong") from error


def verify_chain(chain: list, roots: list, usage) -> list:
    """The DNS names of the leaf, after everything that 7.2 asks for (one's own leaf is checked by the caller)."""
    names = _verify_leaf(chain[0], usage)
    current, others, depth = chain[0], chain[1:], 0
    while True:
        _verify_strength_and_time(current)
        root = next((root for root in roots if _issued(root, current, depth)), None)
        if root is not None:
            _verify_strength_and_time(root, is_root=True)
            return names
        issuer = next((other for other in others if _issued(other, current, depth)), None)
        require(issuer is not None, "7.1", f"no trusted issuer for {current.subject.rfc4514_string()}")
        others = [other for other in others if other is not issuer]
        current, depth = issuer, depth + 1


def _verify_leaf(leaf: x509.Certificate, usage) -> list:
    key_usage = extension(leaf, x509.KeyUsage)
    require(key_usage is not None and key_usage.digital_signature, "7.2", "the leaf's key usage lacks digitalSignature")
    extended = extension(leaf, x509.ExtendedKeyUsage)
    require(extended is not None and usage in extended, "7.2", f"the leaf's extended key usage lacks {usage.dotted_string}")
    alternative = extension(leaf, x509.SubjectAlternativeName)
    names = [] if alternative is None else [name.lower() for name in alternative.get_values_for_type(x509.DNSName)]
    require(bool(names), "7.2", "the leaf has no DNS name")
    return names


def _verify_strength_and_time(certificate: x509.Certificate, is_root: bool = False) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    begin, end = _validity(certificate)
    require(begin <= now <= end, "7.2", f"{certificate.subject.rfc4514_string()} is not valid now")
    key = public_key(certificate)
    strong = isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048
    strong = strong or isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ("secp256r1", "secp384r1", "secp521r1")
    require(strong, "7.2", "a weak key in the chain")
    require(is_root or _signature_hash(certificate).digest_size >= 32, "7.2", "a weak hash in the chain")
    for item in certificate.extensions:
        require(not item.critical or item.oid in UNDERSTOOD, "7.1", f"critical extension {item.oid.dotted_string} is not understood")


def _validity(certificate: x509.Certificate):
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    utc = datetime.timezone.utc
    return certificate.not_valid_before.replace(tzinfo=utc), certificate.not_valid_after.replace(tzinfo=utc)


def _issued(issuer: x509.Certificate, subject: x509.Certificate, below: int) -> bool:
    """Whether `issuer`, with `below` intermediates under it, signed `subject`."""
    if issuer.subject != subject.issuer:
        return False
    constraints, usage = extension(issuer, x509.BasicConstraints), extension(issuer, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        return False
    if constraints.path_length is not None and constraints.path_length < below:
        return False
    key, digest = public_key(issuer), _signature_hash(subject)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(subject.signature, subject.tbs_certificate_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(subject.signature, subject.tbs_certificate_bytes, ec.ECDSA(digest))
        else:
            return False
        return True
    except InvalidSignature:
        return False


def _signature_hash(certificate: x509.Certificate):
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        digest = None
    require(digest is not None, "7.2", "a signature in the chain is of an unknown kind")
    return digest


def public_key(certificate: x509.Certificate):
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Violation("7.2", f"a key in the chain cannot be read: {error}") from error


def extension(certificate: x509.Certificate, kind):
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension) as error:
        raise Violation("7.1", f"an extension cannot be read: {error}") from error
