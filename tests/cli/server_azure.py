"""Azure's chat completions as its reference describes them: OpenAI's protocol behind two styles of address.

Classic: /openai/deployments/NAME/chat/completions?api-version=DATE, where the name in the path decides and the
model in the body does not. GA: /openai/v1/chat/completions, where the body names the deployment and a dated
api-version is refused.

Settings of its own:
  models   the deployments it has, a list, or {deployment: the model behind it}, whose rules then hold
  token    an Entra token that is taken as `Authorization: Bearer`; on the GA path the key is, too
  prefix   what stands before /openai, as behind a gateway; nothing unless said
  blocked  a word that no prompt may contain; "BLOCKED" unless said
"""

import json
import re
import urllib.parse

import server_openai
from server_words import Rejected, Turn, parse_object

SAFE = {word: {"filtered": False, "severity": "safe"} for word in ("hate", "self_harm", "sexual", "violence")}
PROMPT_FILTER = [{"prompt_index": 0, "content_filter_results": SAFE}]


def refuse(http_status, code, message, **more):
    raise Rejected(http_status, {"error": {"code": code, "message": message, **more}})


class Protocol(server_openai.Protocol):
    sees_query = True

    # --- checking ---

    def check(self, method, path, headers, raw):
        split = urllib.parse.urlsplit(path)
        version = dict(urllib.parse.parse_qsl(split.query)).get("api-version")
        before = re.escape(self.settings.get("prefix", ""))
        classic = re.fullmatch(before + "/openai/deployments/([^/]+)/chat/completions", split.path)
        newer = re.fullmatch(before + "/openai/v1/chat/completions", split.path)
        lists_newer = split.path == self.settings.get("prefix", "") + "/openai/v1/models"
        lists = lists_newer or split.path == self.settings.get("prefix", "") + "/openai/models" and version
        self.check_access(headers, newer is not None or lists_newer)
        if lists and method == "GET":
            return Turn({}, body={"object": "list", "data": [
                {"id": name, "object": "model", "status": "succeeded", "lifecycle_status": "generally-available",
                 "capabilities": {"inference": True, "chat_completion": True, "embeddings": False}}
                for name in self.settings.get("listed", ["gpt-4o-2024-11-20"])]})
        if not newer and not (classic and version):
            refuse(404, "404", "Resource not found")
        if newer and version not in (None, "preview", "v1"):
            refuse(400, "BadRequest", "api-version query parameter is not allowed when using /v1 path")
        if method != "POST":
            refuse(405, "405", "Method Not Allowed")
        body = parse_object(raw)
        if body is None:
            refuse(400, "BadRequest", "The request body is not valid JSON.")
        # In the classic style the model may be missing.
        body["model"] = self.deployed(urllib.parse.unquote(classic.group(1)) if classic else body.get("model"))
        self.check_fields(body)
        self.check_model(body)
        self.check_messages(body["messages"])
        self.check_tools(body)
        self.check_words(body)
        return body

    def check_access(self, headers, ga):
        key, token = self.settings.get("key"), self.settings.get("token")
        if key is None and token is None:
            return
        bearer = headers.get("authorization", "")
        taken = ["Bearer " + word for word in ((token, key) if ga else (token,)) if word is not None]
        if "api-key" in headers and bearer:
            refuse(400, "BadRequest", "Provide either the api-key or the Authorization header, not both.")
        if bearer in taken or key is not None and headers.get("api-key") == key:
            return
        refuse(401, "401", "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a "
               "valid key for an active subscription and use a correct regional API endpoint for your resource.")

    def deployed(self, name):
        """The model behind the deployment."""
        if not name:
            refuse(400, "BadRequest", "you must provide a model parameter")
        models = self.settings.get("models", [name])
        if name not in models:
            refuse(404, "DeploymentNotFound", "The API deployment for this resource does not exist. If you created the "
                   "deployment within the last 5 minutes, please wait a moment and try again.")
        return models[name] if isinstance(models, dict) else name

    def check_known(self, model):
        """Decided by the deployment before."""

    def check_words(self, body):
        word = self.settings.get("blocked", "BLOCKED")
        if not any(word in self.text_of(message) for message in body["messages"]):
            return
        found = {**SAFE, "violence": {"filtered": True, "severity": "high"}}
        refuse(400, "content_filter", "The response was filtered due to the prompt triggering Azure OpenAI's content "
               "management policy. Please modify your prompt and retry. To learn more about our content filtering "
               "policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766", param="prompt",
               type=None, status=400,
               innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": found})

    # --- answering ---

    def answer(self, body, turn):
        whole = super().answer(body, turn)
        whole["choices"][0]["content_filter_results"] = SAFE
        whole["prompt_filter_results"] = PROMPT_FILTER
        return whole

    def stream(self, body, turn):
        def chunk(**fields):
            return b"data: " + json.dumps({"id": "", "object": "", "created": 0, "model": "", **fields}).encode() + b"\n\n"

        yield chunk(choices=[], prompt_filter_results=PROMPT_FILTER)
        yield from super().stream(body, turn)

    def error(self, status):
        known = {401: ("401", "Access denied due to invalid subscription key or wrong API endpoint."),
                 404: ("404", "Resource not found"),
                 429: ("429", "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 "
                       "have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 20 seconds."),
                 500: ("InternalServerError", "The server had an error while processing your request.")}
        code, message = known.get(status, (str(status), f"The request failed with status {status}."))
        return {"error": {"code": code, "message": message}}
