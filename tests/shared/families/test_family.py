"""A family's defaults suit environments of which nothing is known but where they come from."""

from shared.families.family import Family

PLAIN = Family("plain", packages=("plain.envs",))


def test_a_class_belongs_to_a_family_by_whole_names_of_packages() -> None:
    assert PLAIN.holds("plain.envs")
    assert PLAIN.holds("plain.envs.walk")
    assert not PLAIN.holds("plain")
    assert not PLAIN.holds("plain.envs_of_others")


def test_a_family_is_installed_if_what_it_needs_is() -> None:
    assert PLAIN.is_installed()
    assert Family("json", packages=("plain",), needs="json").is_installed()
    assert not Family("missing", packages=("plain",), needs="no_such_module").is_installed()


def test_arguments_are_accepted_and_passed_on_as_a_copy_where_a_family_does_not_say_otherwise() -> None:
    given = {"size": [1, 2]}
    PLAIN.check_kwargs("Plain-v0", given)
    passed = PLAIN.constructor_kwargs(given)
    assert passed == given
    assert passed is not given
