-- Who may pass: HS256, the issuer, the audience, the time, the scope.
local function claims_of(value)
    local signed, header, payload, signature =
        string.match(value or "", "^Bearer (([%w_-]+)%.([%w_-]+))%.([%w_-]+)$")
    if not signed then return nil end
    local head = json.decode(base64.decode_base64url(header) or "")
    if type(head) ~= "table" or head.alg ~= "HS256" then return nil end
    local expected = hmac.new("{secret}", "sha256"):final(signed)
    if base64.decode_base64url(signature) ~= expected then return nil end
    local claims = json.decode(base64.decode_base64url(payload) or "")
    return type(claims) == "table" and claims or nil
end

local claims = claims_of(ngx.var.http_authorization)
if not claims or claims.iss ~= "{issuer}" or claims.aud ~= "{audience}"
    or type(claims.exp) ~= "number" or claims.exp <= ngx.time() then
    return ngx.exit(401)
end
local is_basic = false
for scope in string.gmatch(claims.scope or "", "%S+") do
    is_basic = is_basic or scope == "basic"
end
if not is_basic then return ngx.exit(403) end
