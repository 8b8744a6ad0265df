from tests.support.template import Template


def test_each_contact_block_is_an_alternate_contact(account: Template) -> None:
    contacts = account.resources("aws_account_alternate_contact")
    assert contacts["contact_security"]["alternate_contact_type"] == "SECURITY"
    assert contacts["contact_security"]["email_address"] == "security@agora.example"
    assert contacts["contact_operations"]["alternate_contact_type"] == "OPERATIONS"
