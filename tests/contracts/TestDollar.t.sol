// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Base} from "./Base.t.sol";

contract TestDollarTest is Base {
    address private constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    function test_HasSixDecimals() public view {
        assertEq(dollar.name(), "Test Dollar");
        assertEq(dollar.symbol(), "TUSD");
        assertEq(dollar.decimals(), 6);
    }

    function test_AnyoneMayMint() public {
        vm.prank(stranger);
        dollar.mint(stranger, 7);
        assertEq(dollar.balanceOf(stranger), 7);
    }

    function test_NobodyHasAStandingAllowance() public view {
        assertEq(dollar.allowance(licensee, PERMIT2), 0);
    }

    function testFuzz_RevertWhen_TheChainIsNotLocal(uint64 chainId) public {
        vm.assume(chainId != 31337 && chainId != 1337);
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSignature("OnlyLocalChains(uint256)", chainId));
        this.deployDollar();
    }

    function test_GanachesChainIsLocal() public {
        vm.chainId(1337);
        this.deployDollar();
    }

    function deployDollar() external {
        bytes memory code = vm.getCode("TestDollar.sol:TestDollar");
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 0x20), mload(code))) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
