#!/usr/bin/env python3
# jwt_validator.py
"""
JWT token validation and inspection tool
"""
import json
import sys
import base64
import jwt
from datetime import datetime

def decode_jwt_sections(token: str) -> tuple:
    """Decode JWT sections without validation."""
    try:
        parts = token.split('.')
        if len(parts) != 3:
            return None, None, "Invalid JWT format - must have 3 parts"
        
        # Decode header
        header_data = parts[0] + '=' * (4 - len(parts[0]) % 4)
        header = json.loads(base64.urlsafe_b64decode(header_data))
        
        # Decode payload
        payload_data = parts[1] + '=' * (4 - len(parts[1]) % 4)
        payload = json.loads(base64.urlsafe_b64decode(payload_data))
        
        return header, payload, None
        
    except Exception as e:
        return None, None, str(e)

def validate_jwt_token(token: str, secret: str = None, verify: bool = True) -> dict:
    """Validate JWT token with optional secret verification."""
    if not verify or not secret:
        return {"validated": False, "reason": "Validation skipped"}
    
    try:
        # Decode and validate
        payload = jwt.decode(
            token,
            secret,
            algorithms=["HS256", "RS256"],
            options={
                "verify_signature": True,
                "verify_exp": True,
                "verify_iat": True,
                "verify_aud": False,  # Optional
                "verify_iss": False,  # Optional
            }
        )
        return {"validated": True, "payload": payload}
        
    except jwt.ExpiredSignatureError:
        return {"validated": False, "reason": "Token has expired"}
    except jwt.InvalidTokenError as e:
        return {"validated": False, "reason": f"Invalid token: {str(e)}"}
    except Exception as e:
        return {"validated": False, "reason": f"Validation error: {str(e)}"}

def format_timestamp(timestamp):
    """Format Unix timestamp to human readable."""
    try:
        if isinstance(timestamp, (int, float)):
            return datetime.fromtimestamp(timestamp).strftime('%Y-%m-%d %H:%M:%S UTC')
        return str(timestamp)
    except:
        return str(timestamp)

def main():
    """Main JWT validation function."""
    if len(sys.argv) < 2:
        print("Usage: python jwt_validator.py <jwt_token> [secret] [--no-verify]")
        print()
        print("Examples:")
        print("  python jwt_validator.py eyJhbGciOiJIUzI1NiIs...")
        print("  python jwt_validator.py eyJhbGciOiJIUzI1NiIs... my-secret-key")
        print("  python jwt_validator.py eyJhbGciOiJIUzI1NiIs... my-secret-key --no-verify")
        sys.exit(1)
    
    token = sys.argv[1]
    secret = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith('--') else None
    verify = "--no-verify" not in sys.argv
    
    print("JWT Token Analysis")
    print("=" * 50)
    print(f"Token: {token[:50]}{'...' if len(token) > 50 else ''}")
    print()
    
    # Decode sections
    header, payload, error = decode_jwt_sections(token)
    
    if error:
        print(f"❌ Error decoding token: {error}")
        sys.exit(1)
    
    # Display header
    print("📋 Header:")
    print(json.dumps(header, indent=2))
    print()
    
    # Display payload
    print("📄 Payload:")
    payload_display = payload.copy()
    
    # Format timestamps for better readability
    for time_field in ['iat', 'exp', 'nbf']:
        if time_field in payload_display:
            timestamp = payload_display[time_field]
            payload_display[f"{time_field}_formatted"] = format_timestamp(timestamp)
    
    print(json.dumps(payload_display, indent=2))
    print()
    
    # Validate if requested and secret provided
    if verify and secret:
        print("🔍 Validation:")
        validation_result = validate_jwt_token(token, secret, verify=True)
        
        if validation_result["validated"]:
            print("✅ Token is valid and verified")
        else:
            print(f"❌ Token validation failed: {validation_result['reason']}")
    elif verify and not secret:
        print("⚠️  Validation: Skipped (no secret provided)")
    else:
        print("⚠️  Validation: Skipped (--no-verify flag)")
    
    print()
    
    # Check expiration
    if "exp" in payload:
        import time
        exp_time = payload["exp"]
        current_time = int(time.time())
        
        if exp_time > current_time:
            remaining = exp_time - current_time
            hours = remaining // 3600
            minutes = (remaining % 3600) // 60
            print(f"⏰ Token expires in {hours}h {minutes}m")
        else:
            expired_ago = current_time - exp_time
            hours = expired_ago // 3600
            minutes = (expired_ago % 3600) // 60
            print(f"⚠️  Token expired {hours}h {minutes}m ago")
    
    # Display scopes if present
    if "scope" in payload:
        scopes = payload["scope"]
        if isinstance(scopes, str):
            scope_list = [s.strip() for s in scopes.replace(',', ' ').split()]
        else:
            scope_list = scopes
        
        print(f"🎯 Scopes: {', '.join(scope_list)}")
    
    # Display user info
    user_fields = ['sub', 'user_id', 'email', 'name']
    user_info = {field: payload.get(field) for field in user_fields if field in payload}
    if user_info:
        print("👤 User Info:")
        for field, value in user_info.items():
            print(f"   {field}: {value}")

if __name__ == "__main__":
    main()
