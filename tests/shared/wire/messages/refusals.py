"""What is wrong with a body, as its form says it."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError


def errors(model: type[BaseModel], **body: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)
    return str(refused.value)
