#!/usr/bin/env python3
# interactive_jwt_client.py
"""
Interactive JWT test client for AgentUp
"""
import json
import requests
import time
import sys
from typing import Optional

class JWTTestClient:
    def __init__(self, base_url: str = "http://localhost:8000"):
        self.base_url = base_url
        self.token: Optional[str] = None
    
    def set_token(self, token: str):
        """Set the JWT token for authentication."""
        self.token = token
        print(f"✅ Token set: {token[:50]}{'...' if len(token) > 50 else ''}")
    
    def test_discovery(self):
        """Test the agent discovery endpoint."""
        print("🔍 Testing agent discovery...")
        try:
            response = requests.get(f"{self.base_url}/.well-known/agent.json")
            if response.status_code == 200:
                agent_card = response.json()
                print(f"✅ Agent: {agent_card.get('name', 'Unknown')}")
                print(f"   Skills: {len(agent_card.get('skills', []))}")
                print(f"   Security: {agent_card.get('security', 'None')}")
                return True
            else:
                print(f"❌ Discovery failed: {response.status_code}")
                return False
        except Exception as e:
            print(f"❌ Discovery error: {e}")
            return False
    
    def test_skill(self, skill_id: str, message: str = "test"):
        """Test a specific skill with authentication."""
        if not self.token:
            print("❌ No token set. Use set_token() first.")
            return False
        
        print(f"🎯 Testing skill: {skill_id}")
        
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json"
        }
        
        payload = {
            "jsonrpc": "2.0",
            "method": "message/send",
            "id": f"test-{skill_id}-{int(time.time())}",
            "params": {
                "message": {
                    "role": "user",
                    "parts": [{"kind": "text", "text": message}],
                    "messageId": f"msg-{int(time.time() * 1000)}"
                },
                "skillId": skill_id
            }
        }
        
        try:
            response = requests.post(f"{self.base_url}/", json=payload, headers=headers)
            
            if response.status_code == 200:
                result = response.json()
                if "result" in result:
                    text = result["result"]["artifacts"][0]["parts"][0]["text"]
                    if text.startswith("❌"):
                        print(f"❌ Access denied: {text}")
                        return False
                    else:
                        print(f"✅ Success: {text}")
                        return True
                else:
                    print(f"❌ Error in response: {result}")
                    return False
            else:
                print(f"❌ HTTP error: {response.status_code}")
                return False
                
        except Exception as e:
            print(f"❌ Request error: {e}")
            return False
    
    def run_authorization_test(self):
        """Run comprehensive authorization test with different scopes."""
        if not self.token:
            print("❌ No token set. Use set_token() first.")
            return
        
        print("🔐 Running authorization test...")
        print("=" * 40)
        
        skills = [
            ("public_echo", "hello world"),
            ("basic_assistant", "hello"),
            ("premium_analyzer", "analyze my data"),
            ("admin_status", "show config")
        ]
        
        for skill_id, message in skills:
            self.test_skill(skill_id, message)
            print()
    
    def interactive_mode(self):
        """Run interactive mode for manual testing."""
        print("🚀 JWT Interactive Test Client")
        print("=" * 40)
        print("Commands:")
        print("  token <jwt_token>     - Set JWT token")
        print("  discovery             - Test discovery endpoint")
        print("  skill <id> [message]  - Test specific skill")
        print("  test                  - Run authorization test")
        print("  quit                  - Exit")
        print()
        
        while True:
            try:
                command = input("jwt-test> ").strip().split()
                if not command:
                    continue
                
                cmd = command[0].lower()
                
                if cmd == "quit" or cmd == "exit":
                    break
                elif cmd == "token":
                    if len(command) > 1:
                        self.set_token(command[1])
                    else:
                        print("Usage: token <jwt_token>")
                elif cmd == "discovery":
                    self.test_discovery()
                elif cmd == "skill":
                    if len(command) > 1:
                        skill_id = command[1]
                        message = " ".join(command[2:]) if len(command) > 2 else "test"
                        self.test_skill(skill_id, message)
                    else:
                        print("Usage: skill <skill_id> [message]")
                elif cmd == "test":
                    self.run_authorization_test()
                else:
                    print(f"Unknown command: {cmd}")
                
            except KeyboardInterrupt:
                break
            except Exception as e:
                print(f"Error: {e}")
        
        print("👋 Goodbye!")

def main():
    """Main function."""
    client = JWTTestClient()
    
    if len(sys.argv) > 1:
        # Non-interactive mode with token provided
        token = sys.argv[1]
        client.set_token(token)
        client.test_discovery()
        client.run_authorization_test()
    else:
        # Interactive mode
        client.interactive_mode()

if __name__ == "__main__":
    main()
