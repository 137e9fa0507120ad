// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The least that looks like an ERC-20; its children each break one rule. For tests alone.
abstract contract OddToken {
    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) public virtual returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }

    function _spend(address from, uint256 amount) internal {
        allowance[from][msg.sender] -= amount;
    }
}

/// @title Says `false` instead of reverting, and moves nothing
contract FalseToken is OddToken {
    function transfer(address, uint256) external pure returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return false;
    }
}

/// @title Returns nothing, as USDT does
contract SilentToken is OddToken {
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _spend(from, amount);
        _move(from, to, amount);
    }
}

/// @title Wants an older allowance set to nothing first, as USDT does
contract CautiousToken is SilentToken {
    string public constant symbol = "CAUT";
    uint8 public constant decimals = 6;

    function approve(address spender, uint256 amount) public override returns (bool) {
        require(amount == 0 || allowance[msg.sender][spender] == 0, "set it to 0 first");
        return super.approve(spender, amount);
    }
}

/// @title Takes any call for a good one, as WETH does, and moves nothing for it
contract PhantomToken is SilentToken {
    fallback() external {}
}

/// @title Keeps one percent of every transfer
contract FeeToken is OddToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        return _moveLess(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        return _moveLess(from, to, amount);
    }

    /// @dev EIP-3009 without a signature.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external {
        _moveLess(from, to, value);
    }

    function _moveLess(address from, address to, uint256 amount) private returns (bool) {
        _move(from, to, amount);
        balanceOf[to] -= amount / 100;
        return true;
    }
}

/// @title Anyone sets anyone's balance to anything: rebases, and supplies no honest token has
contract ElasticToken is OddToken {
    function setBalance(address holder, uint256 amount) external {
        balanceOf[holder] = amount;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balanceOf[msg.sender] -= amount;
        unchecked {
            balanceOf[to] += amount; // its supply means nothing
        }
        return true;
    }
}

/// @title Refuses transfers to whom it blocks, with half a megabyte of reasons
contract BlockingToken is OddToken {
    mapping(address holder => bool) public blocked;

    function setBlocked(address holder, bool blocked_) external {
        blocked[holder] = blocked_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _moveUnlessBlocked(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        return _moveUnlessBlocked(from, to, amount);
    }

    /// @dev EIP-3009 without a signature.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external {
        _moveUnlessBlocked(from, to, value);
    }

    function _moveUnlessBlocked(address from, address to, uint256 amount) private returns (bool) {
        if (blocked[to]) {
            assembly {
                revert(0, 500000)
            }
        }
        _move(from, to, amount);
        return true;
    }
}

/// @title Refuses to say a balance
contract MuteToken {
    function balanceOf(address) external pure returns (uint256) {
        revert("not telling");
    }
}
