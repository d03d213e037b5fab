"""Signed and encrypted mail, told from its structure; nothing is verified or decrypted."""

from helpdesk.mail.parsed import Protection
from helpdesk.mail.tree import Node

_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def kind(root: Node, text: str) -> Protection:
    """Say how the email as a whole is protected."""
    protocol = root.parameters.get("protocol", "").lower()
    if root.media_type == "multipart/encrypted":
        return Protection.PGP_ENCRYPTED
    if root.media_type == "multipart/signed":
        return Protection.PGP_SIGNED if "pgp" in protocol else Protection.SMIME_SIGNED
    if root.media_type in _SMIME:
        is_signed = root.parameters.get("smime-type", "").lower() == "signed-data"
        return Protection.SMIME_SIGNED if is_signed else Protection.SMIME_ENCRYPTED
    start = text[:2000].lstrip()
    if start.startswith("-----BEGIN PGP MESSAGE-----"):
        return Protection.PGP_ENCRYPTED
    if start.startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
        return Protection.PGP_SIGNED
    return Protection.NONE
